import { AGENT, CHOSEN, chosen, INTERVAL, legendOf, MODEL, RANGE, TOOL } from "./ask.ts";
import type { RowSpec } from "./panels.ts";
import { counted, mean, observations, orZero, quantile, share } from "./promql.ts";

const OUTCOME = "ccotel_tool_outcome";
const ERROR = "error_type";
/** Calls that ran. Calls that a person denied or interrupted did not fail. */
const RAN = `${OUTCOME}=~"ok|error"`;
const SUBAGENTS = `${AGENT}!="claude-code"`;

export function toolsRow(): RowSpec {
  const calls = (window: string, by: string[] = [], where?: string) =>
    counted("ccotel.tool.calls", chosen(window, by, where));
  return {
    title: "Tools",
    panels: [
      {
        title: "Tool calls",
        kind: "stat",
        width: 6,
        unit: "short",
        queries: [{ query: orZero(calls(RANGE)) }],
      },
      {
        title: "Failed tool calls",
        kind: "stat",
        width: 6,
        unit: "short",
        queries: [{ query: orZero(calls(RANGE, [], `${OUTCOME}="error"`)) }],
      },
      {
        title: "Denied tool calls",
        kind: "stat",
        width: 6,
        unit: "short",
        queries: [{ query: orZero(calls(RANGE, [], `${OUTCOME}="denied"`)) }],
      },
      {
        title: "Tool failure ratio",
        kind: "stat",
        width: 6,
        unit: "percentunit",
        description: "Of the calls that ran: denied and interrupted ones are left out.",
        queries: [{ query: share(calls(RANGE, [], `${OUTCOME}="error"`), calls(RANGE, [], RAN)) }],
      },
      {
        title: "Tool calls over time",
        kind: "bars",
        width: 8,
        unit: "short",
        interval: "5m",
        queries: [{ query: calls(INTERVAL, [TOOL]), legend: legendOf(TOOL) }],
      },
      {
        title: "Tool calls by tool and outcome",
        kind: "table",
        width: 8,
        unit: "short",
        queries: [{ query: calls(RANGE, [TOOL, OUTCOME]) }],
      },
      {
        title: "Failure ratio by tool",
        kind: "ranking",
        width: 8,
        unit: "percentunit",
        queries: [
          {
            query: share(calls(RANGE, [TOOL], `${OUTCOME}="error"`), calls(RANGE, [TOOL], RAN)),
            legend: legendOf(TOOL),
          },
        ],
      },
      {
        title: "Mean time of tool calls",
        kind: "ranking",
        width: 8,
        unit: "s",
        description: "Of calls that did not wait for a person.",
        queries: [
          { query: mean("gen_ai.execute_tool.duration", chosen(RANGE, [TOOL])), legend: legendOf(TOOL) },
        ],
      },
      {
        title: "90th percentile of tool calls",
        kind: "ranking",
        width: 8,
        unit: "s",
        description: "Of calls that did not wait for a person.",
        queries: [
          {
            query: quantile(0.9, "gen_ai.execute_tool.duration", chosen(RANGE, [TOOL])),
            legend: legendOf(TOOL),
          },
        ],
      },
      {
        title: "Mean time with waits for a person",
        kind: "ranking",
        width: 8,
        unit: "s",
        description: "Of calls that waited for a person, or may have.",
        queries: [{ query: mean("ccotel.tool.elapsed", chosen(RANGE, [TOOL])), legend: legendOf(TOOL) }],
      },
    ],
  };
}

export function apiRow(): RowSpec {
  const requests = (window: string, by: string[] = [], where?: string) =>
    observations("gen_ai.client.operation.duration", chosen(window, by, where));
  const errors = (window: string, by: string[] = []) => counted("ccotel.api.errors", chosen(window, by));
  const retries = (window: string, by: string[] = []) => counted("ccotel.api.retries", chosen(window, by));
  return {
    title: "API errors and retries",
    panels: [
      {
        title: "Requests",
        kind: "stat",
        width: 6,
        unit: "short",
        queries: [{ query: orZero(requests(RANGE)) }],
      },
      {
        title: "Failed requests",
        kind: "stat",
        width: 6,
        unit: "short",
        queries: [{ query: orZero(errors(RANGE)) }],
      },
      {
        title: "Retries",
        kind: "stat",
        width: 6,
        unit: "short",
        queries: [{ query: orZero(retries(RANGE)) }],
      },
      {
        title: "API error ratio",
        kind: "stat",
        width: 6,
        unit: "percentunit",
        description: "Requests that failed for good, of all.",
        queries: [{ query: share(requests(RANGE, [], `${ERROR}!=""`), requests(RANGE)) }],
      },
      {
        title: "Failed requests by model and error",
        kind: "bars",
        width: 12,
        unit: "short",
        interval: "5m",
        queries: [{ query: errors(INTERVAL, [MODEL, ERROR]), legend: legendOf(MODEL, ERROR) }],
      },
      {
        title: "Retries by model and error",
        kind: "bars",
        width: 12,
        unit: "short",
        interval: "5m",
        queries: [{ query: retries(INTERVAL, [MODEL, ERROR]), legend: legendOf(MODEL, ERROR) }],
      },
    ],
  };
}

export function contextRow(): RowSpec {
  const used = (q: number) => ({
    query: quantile(q, "ccotel.context.used_ratio", chosen(INTERVAL, [MODEL])),
    legend: `p${q * 100} ${legendOf(MODEL)}`,
  });
  const TRIGGER = "ccotel_compaction_trigger";
  const compactions = (window: string, by: string[] = []) =>
    counted("ccotel.compactions", chosen(window, by));
  return {
    title: "Context and compactions",
    panels: [
      {
        title: "Used context",
        kind: "lines",
        width: 12,
        unit: "percentunit",
        interval: "15m",
        description: "Share of the model's context window that prompts filled.",
        queries: [used(0.5), used(0.9)],
      },
      {
        title: "Compactions over time",
        kind: "bars",
        width: 8,
        unit: "short",
        interval: "5m",
        queries: [{ query: compactions(INTERVAL, [TRIGGER]), legend: legendOf(TRIGGER) }],
      },
      {
        title: "Compactions",
        kind: "stat",
        width: 4,
        unit: "short",
        queries: [{ query: orZero(compactions(RANGE)) }],
      },
    ],
  };
}

export function subagentsRow(): RowSpec {
  const runs = (where: string) => observations("gen_ai.invoke_agent.duration", chosen(RANGE, [AGENT], where));
  const panel = { kind: "ranking", width: 6 } as const;
  return {
    title: "Subagents",
    panels: [
      {
        ...panel,
        title: "Runs of subagents",
        unit: "short",
        queries: [{ query: runs(SUBAGENTS), legend: legendOf(AGENT) }],
      },
      {
        ...panel,
        title: "Failed runs of subagents",
        unit: "short",
        queries: [{ query: runs(`${SUBAGENTS}, ${ERROR}!=""`), legend: legendOf(AGENT) }],
      },
      {
        ...panel,
        title: "Mean time of subagents",
        unit: "s",
        queries: [
          {
            query: mean("gen_ai.invoke_agent.duration", chosen(RANGE, [AGENT], SUBAGENTS)),
            legend: legendOf(AGENT),
          },
        ],
      },
      {
        ...panel,
        title: "Cost of subagents",
        unit: "currencyUSD",
        queries: [
          { query: counted("ccotel.cost", chosen(RANGE, [AGENT], SUBAGENTS)), legend: legendOf(AGENT) },
        ],
      },
    ],
  };
}

export function exporterRow(): RowSpec {
  return {
    title: "ccotel itself",
    panels: [
      {
        title: "Exports that failed",
        kind: "bars",
        width: 12,
        unit: "short",
        interval: "5m",
        description: "Spans and points that a backend did not take; they are sent again.",
        queries: [
          {
            query: counted("otel.sdk.exporter.span.exported", chosen(INTERVAL, [ERROR], `${ERROR}!=""`)),
            legend: `spans · ${legendOf(ERROR)}`,
          },
          {
            query: counted(
              "otel.sdk.exporter.metric_data_point.exported",
              chosen(INTERVAL, [ERROR], `${ERROR}!=""`),
            ),
            legend: `points · ${legendOf(ERROR)}`,
          },
        ],
      },
      {
        title: "Age of the oldest thing that waits to be exported",
        kind: "lines",
        width: 12,
        unit: "s",
        interval: "5m",
        queries: [
          {
            query: `max(max_over_time(ccotel_backlog_age_seconds{${CHOSEN}}[${INTERVAL}]))`,
            legend: "oldest",
          },
        ],
      },
    ],
  };
}
