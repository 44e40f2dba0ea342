import { recorded, share } from "./promql.ts";
import { RECORDED } from "./rules.ts";
import { type Rule, ruleFile } from "./yaml.ts";

/** The alerts as a file. */
export function alertsFile(): string {
  return ruleFile(HEAD, [
    { name: "ccotel-alerts", interval: "5m", queryOffset: "1m", rules: [...spend(), ...ratios()] },
    { name: "ccotel-machine-alerts", interval: "1h", queryOffset: "1m", rules: [silence()] },
  ]);
}

const HEAD = `Alerts on ccotel's metrics: made by \`npm run dashboards\`, explained in docs/dashboards.md.

They read what ccotel-rules.yaml records; load both. Budgets and limits are examples: change the numbers that the
expressions compare with. Each is over all machines of a service (job).`;

function spend(): Rule[] {
  const cost = (window: string) => recorded(RECORDED.cost, { window, by: ["job"] });
  return [
    {
      comment: "A loop that nobody watches: 50 USD in an hour.",
      alert: "CcotelSpendOfAnHour",
      expr: `${cost("1h")} > 50`,
      labels: { severity: "warning" },
      annotations: {
        summary: 'Claude Code cost {{ printf "%.2f" $value }} USD in an hour',
        description: "The budget is 50 USD an hour.",
      },
    },
    {
      comment: "The budget of a day: 400 USD.",
      alert: "CcotelSpendOfADay",
      expr: `${cost("1d")} > 400`,
      labels: { severity: "warning" },
      annotations: {
        summary: 'Claude Code cost {{ printf "%.2f" $value }} USD in 24 hours',
        description: "The budget is 400 USD a day.",
      },
    },
  ];
}

function ratios(): Rule[] {
  return [toolFailures(), apiErrors(), cacheHits(), compactions()];
}

function toolFailures(): Rule {
  const calls = (where: string) => recorded(RECORDED.toolCalls, { window: "1h", by: ["job", TOOL], where });
  const ran = calls('ccotel_tool_outcome=~"ok|error"');
  return {
    comment:
      "A quarter of a tool's calls failed, of at least 20 that ran: denied and interrupted ones are not counted.",
    alert: "CcotelToolFails",
    expr: both(`${share(calls('ccotel_tool_outcome="error"'), ran)} > 0.25`, `${ran} >= 20`),
    labels: { severity: "warning" },
    annotations: {
      summary: `{{ $value | humanizePercentage }} of the calls of {{ $labels.${TOOL} }} failed in an hour`,
    },
  };
}

function apiErrors(): Rule {
  const requests = (where?: string) =>
    recorded(RECORDED.requests, { window: "1h", by: ["job"], ...(where === undefined ? {} : { where }) });
  return {
    comment:
      "A twentieth of the requests failed for good, of at least 20: retries that helped are not counted.",
    alert: "CcotelApiErrors",
    expr: both(`${share(requests('error_type!=""'), requests())} > 0.05`, `${requests()} >= 20`),
    labels: { severity: "warning" },
    annotations: {
      summary: "{{ $value | humanizePercentage }} of the requests to the API failed in an hour",
    },
  };
}

function cacheHits(): Rule {
  const tokens = (window: string, where: string) => recorded(RECORDED.tokens, { window, by: ["job"], where });
  const hits = (window: string) =>
    share(tokens(window, 'ccotel_token_type="cache_read"'), tokens(window, PROMPT));
  return {
    comment:
      "The share of prompts that the cache gave is below 0.7 of what it was in a week, over at least a million tokens. The usual\nreason is something that changes at the beginning of every prompt: a tool, a date, a setting.",
    alert: "CcotelCacheHitsFall",
    expr: both(`${hits("2h")} < 0.7 * (${hits("7d")})`, `${tokens("2h", PROMPT)} >= 1e6`),
    for: "15m",
    labels: { severity: "info" },
    annotations: {
      summary: "Only {{ $value | humanizePercentage }} of the prompts' tokens came from the cache",
    },
  };
}

function compactions(): Rule {
  const done = recorded(RECORDED.compactions, { window: "1h", by: ["job"] });
  const turns = recorded(RECORDED.turns, { window: "1h", by: ["job"] });
  return {
    comment: "One compaction for each five turns, at least ten: contexts fill faster than work gets done.",
    alert: "CcotelCompactions",
    expr: both(`${share(done, turns)} > 0.2`, `${done} >= 10`),
    labels: { severity: "info" },
    annotations: { summary: "{{ $value | humanizePercentage }} as many compactions as turns in an hour" },
  };
}

function silence(): Rule {
  const seen = (window: string) => `max_over_time(${RECORDED.machineSeen}[${window}])`;
  return {
    comment:
      "A machine that worked in the last two weeks says nothing for four days, which a weekend does not explain. It ends by\nitself after two weeks, or when the machine speaks.",
    alert: "CcotelMachineSilent",
    expr: `${seen("14d")} unless ${seen("4d")}`,
    labels: { severity: "info" },
    annotations: {
      summary: "Nothing from the installation {{ $labels.instance }} for four days",
      description: "It may be a holiday. Else run ccotel doctor there.",
    },
  };
}

const TOOL = "gen_ai_tool_name";
const PROMPT = 'ccotel_token_type!="output"';

/** The first, where there is enough to tell. */
function both(condition: string, enough: string): string {
  return `${condition}\nand ${enough}`;
}
