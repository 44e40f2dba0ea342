import type { InstrumentName } from "../../../src/telemetry/metrics/instruments.ts";
import { growth, seriesOf } from "./promql.ts";
import { type RuleGroup, ruleFile } from "./yaml.ts";

/** Interval and window of the rules. They are equal, so that the rules count everything once. */
const INTERVAL = "5m";

/** The recorded expressions, by the name of the rule. */
export const RECORDED = {
  cost: "ccotel:cost_usd:growth5m",
  tokens: "ccotel:tokens:growth5m",
  sessions: "ccotel:sessions:growth5m",
  turns: "ccotel:turns:growth5m",
  toolCalls: "ccotel:tool_calls:growth5m",
  retries: "ccotel:api_retries:growth5m",
  compactions: "ccotel:compactions:growth5m",
  requests: "ccotel:requests:growth5m",
  requestSeconds: "ccotel:request_seconds_bucket:growth5m",
  firstBlockSeconds: "ccotel:time_to_first_block_seconds_bucket:growth5m",
  machineSeen: "ccotel:machine_seen:1h",
} as const;

const COUNTERS: [rule: string, instrument: InstrumentName][] = [
  [RECORDED.cost, "ccotel.cost"],
  [RECORDED.tokens, "ccotel.tokens"],
  [RECORDED.sessions, "ccotel.sessions"],
  [RECORDED.turns, "ccotel.turns"],
  [RECORDED.toolCalls, "ccotel.tool.calls"],
  [RECORDED.retries, "ccotel.api.retries"],
  [RECORDED.compactions, "ccotel.compactions"],
];

/** The text of the file with the recording rules. */
export function rulesFile(): string {
  return ruleFile(HEAD, [growthGroup(), machinesGroup()]);
}

const HEAD = `Recording rules for ccotel's metrics: made by \`npm run dashboards\`, explained in docs/operate/dashboards.md.

Each rule records how much was counted in its own five minutes, over all machines: its series do not grow with their
number. Other labels stay, promoted resource attributes (a team, a cost centre) among them. Ask for any window with
sum_over_time(ccotel:cost_usd:growth5m[1d]). Never use increase() or rate() on these, nor on what ccotel sends.`;

function growthGroup(): RuleGroup {
  const counters = COUNTERS.map(([record, instrument]) => rule(record, seriesOf(instrument)));
  return {
    name: "ccotel-growth",
    interval: INTERVAL,
    // Points arrive with a delay. The rules count those that arrive within this time.
    queryOffset: "1m",
    rules: [
      ...counters,
      {
        comment: "All requests, failed ones too: these have an error_type.",
        ...rule(RECORDED.requests, `${seriesOf("gen_ai.client.operation.duration")}_count`),
      },
      {
        comment: "For histogram_quantile(0.9, sum by (le) (sum_over_time(…[1d]))).",
        ...rule(RECORDED.requestSeconds, `${seriesOf("gen_ai.client.operation.duration")}_bucket`),
      },
      rule(RECORDED.firstBlockSeconds, `${seriesOf("ccotel.time_to_first_block")}_bucket`),
    ],
  };
}

function machinesGroup(): RuleGroup {
  return {
    name: "ccotel-machines",
    interval: "1h",
    queryOffset: "1m",
    rules: [
      {
        comment:
          "Which machines said something in the last hour: the only series here that there is one of for each machine.",
        record: RECORDED.machineSeen,
        expr: `group by (job, instance) (present_over_time(${seriesOf("ccotel.turns")}[1h]))`,
      },
    ],
  };
}

function rule(record: string, series: string) {
  return { record, expr: `sum without (instance) (\n  ${growth(series, INTERVAL)}\n)` };
}
