import { mostOfInstallations, mostRecorded } from "./alert-texts.ts";
import { recorded, seriesOf, share } from "./promql.ts";
import { RECORDED } from "./rules.ts";
import type { Rule } from "./yaml.ts";

/** Alerts on failing tools, a failing API, a lower cache hit ratio and full contexts. */
export function behaviourAlerts(): Rule[] {
  return [toolFailures(), apiErrors(), cacheHits(), compactions()];
}

const TOOL = "gen_ai_tool_name";
const PROMPT = 'ccotel_token_type!="output"';
const FAILED = 'ccotel_tool_outcome="error"';

function toolFailures(): Rule {
  const calls = (where: string) => recorded(RECORDED.toolCalls, { window: "1h", by: ["job", TOOL], where });
  const ran = calls('ccotel_tool_outcome=~"ok|error"');
  const machines = mostOfInstallations(
    seriesOf("ccotel.tool.calls"),
    "1h",
    "count",
    `${TOOL}=%[2]q, ${FAILED}`,
  ).replace("$labels.job |", `$labels.job $labels.${TOOL} |`);
  return {
    comment:
      "A quarter of a tool's calls failed, of at least 20 that ran: denied and interrupted ones are not counted.",
    alert: "CcotelToolFails",
    expr: both(`${share(calls(FAILED), ran)} > 0.25`, `${ran} >= 20`),
    labels: { severity: "warning" },
    annotations: {
      summary: `{{ $value | humanizePercentage }} of the calls of {{ $labels.${TOOL} }} failed in an hour`,
      description: `Failed calls by installation: ${machines}.`,
      next: "One installation: something is missing on that machine. All of them: the tool or its server (MCP) is down, or an update changed what it takes. Spans of failed calls have error.type.",
      runbook: "docs/operate/alerts.md#ccoteltoolfails",
    },
  };
}

function apiErrors(): Rule {
  const requests = (where?: string) =>
    recorded(RECORDED.requests, { window: "1h", by: ["job"], ...(where === undefined ? {} : { where }) });
  const errors = mostRecorded(RECORDED.requests, "1h", "error_type", "count", 'error_type!=""');
  const models = mostRecorded(RECORDED.requests, "1h", "gen_ai_request_model", "count", 'error_type!=""');
  return {
    comment:
      "A twentieth of the requests failed for good, of at least 20: retries that helped are not counted.",
    alert: "CcotelApiErrors",
    expr: both(`${share(requests('error_type!=""'), requests())} > 0.05`, `${requests()} >= 20`),
    labels: { severity: "warning" },
    annotations: {
      summary: "{{ $value | humanizePercentage }} of the requests to the API failed in an hour",
      description: `By error: ${errors}. By model: ${models}.`,
      next: "Overloaded or 5xx: the provider's status page, and wait. Rate limits: a higher limit, or fewer sessions at a time. 401 or 403: keys or roles. 400: a proxy or a gateway changes requests.",
      runbook: "docs/operate/alerts.md#ccotelapierrors",
    },
  };
}

function cacheHits(): Rule {
  const tokens = (window: string, where: string) => recorded(RECORDED.tokens, { window, by: ["job"], where });
  const hits = (window: string) =>
    share(tokens(window, 'ccotel_token_type="cache_read"'), tokens(window, PROMPT));
  const missed = mostRecorded(
    RECORDED.tokens,
    "2h",
    "gen_ai_request_model",
    "count",
    'ccotel_token_type!~"output|cache_read"',
  );
  return {
    comment:
      "The share of prompts that the cache gave is below 0.7 of what it was in a week, over at least a million tokens. The usual\nreason is something that changes at the beginning of every prompt: a tool, a date, a setting.",
    alert: "CcotelCacheHitsFall",
    expr: both(`${hits("2h")} < 0.7 * (${hits("7d")})`, `${tokens("2h", PROMPT)} >= 1e6`),
    for: "15m",
    labels: { severity: "info" },
    annotations: {
      summary: "Only {{ $value | humanizePercentage }} of the prompts' tokens came from the cache",
      description: `In two hours, and less than 0.7 of the last week's share. Tokens that were not in the cache, by model: ${missed}.`,
      next: "Look for what is new at the beginning of prompts: a tool or MCP server that comes and goes, a date in CLAUDE.md, a client update of today, sessions that pause for longer than the cache lives.",
      runbook: "docs/operate/alerts.md#ccotelcachehitsfall",
    },
  };
}

function compactions(): Rule {
  const done = recorded(RECORDED.compactions, { window: "1h", by: ["job"] });
  const turns = recorded(RECORDED.turns, { window: "1h", by: ["job"] });
  const triggers = mostRecorded(RECORDED.compactions, "1h", "ccotel_compaction_trigger", "count");
  const machines = mostOfInstallations(seriesOf("ccotel.compactions"), "1h", "count");
  return {
    comment: "One compaction for each five turns, at least ten: contexts fill faster than work gets done.",
    alert: "CcotelCompactions",
    expr: both(`${share(done, turns)} > 0.2`, `${done} >= 10`),
    labels: { severity: "info" },
    annotations: {
      summary: "{{ $value | humanizePercentage }} as many compactions as turns in an hour",
      description: `By trigger: ${triggers}. By installation: ${machines}.`,
      next: "Each compaction is a request that costs and forgets. Look for tools that answer with whole files or logs, and for many MCP servers, whose descriptions fill every context.",
      runbook: "docs/operate/alerts.md#ccotelcompactions",
    },
  };
}

/** A condition that holds only where there is enough data: both expressions must be true. */
function both(condition: string, enough: string): string {
  return `${condition}\nand ${enough}`;
}
