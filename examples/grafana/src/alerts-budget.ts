import { mostOfInstallations, mostRecorded, VALUE_USD } from "./alert-texts.ts";
import { recorded, seriesOf } from "./promql.ts";
import { RECORDED } from "./rules.ts";
import type { Rule } from "./yaml.ts";

/** Cost of a session in USD above which the alert fires. */
const SESSION_LIMIT = 20;

/**
 * Cost by session in USD. No metric of ccotel has it: a Collector counts it from the spans, with
 * collector-config/collector/session-cost.yaml.
 */
export const SESSION_COST = "ccotel_session_cost_USD_total";

const SESSION = "job, instance, session_id";

/** Alerts on spend: one at each budget and one at twice the budget. */
export function spendAlerts(): Rule[] {
  return [
    ...spend({
      alert: "CcotelSpendOfAnHour",
      budget: "hour",
      window: "1h",
      usd: 50,
      comment: "An unattended loop: 50 USD in an hour.",
      said: "in an hour",
      next: "Ask these installations what runs there: a loop ends with its session (Esc, or the end of the process). If the work is wanted, change the number in the rule.",
    }),
    ...spend({
      alert: "CcotelSpendOfADay",
      budget: "day",
      window: "1d",
      usd: 400,
      comment: "The budget of a day: 400 USD.",
      said: "in 24 hours",
      next: "See which project and which sessions it was: the dashboard of spans has both. Then ask for a smaller model or shorter sessions there, or change the number in the rule.",
    }),
  ];
}

/** The alert on one running session over its limit. */
export function sessionAlert(): Rule {
  return {
    comment: `A session that cost over ${SESSION_LIMIT} USD and did something in the last hour. Needs collector-config/collector/session-cost.yaml:
without it there are no such series, and this never fires. Each Collector counts its own part; the sum is the session.`,
    alert: "CcotelSessionOverLimit",
    expr: `sum by (${SESSION}) (max_over_time(${SESSION_COST}[1d])) > ${SESSION_LIMIT}
and on (${SESSION}) group by (${SESSION}) (present_over_time(${SESSION_COST}[1h]))`,
    labels: { severity: "warning", budget: "session" },
    annotations: {
      summary: `A session of Claude Code cost ${VALUE_USD}`,
      description: `The limit is ${SESSION_LIMIT} USD a session. It is {{ $labels.session_id }} on the installation {{ $labels.instance }}.`,
      next: "Look at its trace (session.id is on every span): the same tool call over and over is a loop. On that machine, ccotel show prints the same from its transcript.",
      runbook: "docs/operate/alerts.md#ccotelsessionoverlimit",
    },
  };
}

interface Budget {
  alert: string;
  budget: string;
  window: string;
  usd: number;
  comment: string;
  said: string;
  next: string;
}

function spend({ alert, budget, window, usd, comment, said, next }: Budget): Rule[] {
  const cost = recorded(RECORDED.cost, { window, by: ["job"] });
  const models = mostRecorded(RECORDED.cost, window, "gen_ai_request_model", "USD");
  const machines = mostOfInstallations(seriesOf("ccotel.cost"), window, "USD");
  const rule = (factor: number, severity: string, about: string): Rule => ({
    comment: about,
    alert,
    expr: `${cost} > ${usd * factor}`,
    labels: { severity, budget },
    annotations: {
      summary: `Claude Code cost ${VALUE_USD} ${said}`,
      description: `The budget is ${usd} USD ${budget === "hour" ? "an hour" : "a day"}. By model: ${models}. By installation: ${machines}.`,
      next,
      runbook: `docs/operate/alerts.md#${alert.toLowerCase()}`,
    },
  });
  return [
    rule(1, "warning", comment),
    rule(2, "critical", "Twice as much: the warning is then silent (collector-config/alertmanager)."),
  ];
}
