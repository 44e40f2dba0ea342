import { DataqueryBuilder, MetricsQueryType, SearchTableType } from "@grafana/grafana-foundation-sdk/tempo";
import type { DashboardSpec, Kind, PanelSpec } from "./panels.ts";

/**
 * Selects ccotel's spans. Claude Code's own traces, and any instrumented program that calls a model, have the same
 * GenAI attributes. Without this condition, a sum counts a request once for each of them.
 */
const OURS = 'resource.telemetry.distro.name = "ccotel"';

/** Requests, tool calls and agents. A turn is an agent span, too. */
const CHAT = `${OURS} && span.gen_ai.operation.name = "chat"`;
const TOOL = `${OURS} && span.gen_ai.operation.name = "execute_tool"`;
const AGENT = `${OURS} && span.gen_ai.operation.name = "invoke_agent"`;
const TURN = `${AGENT} && span.gen_ai.agent.name = "claude-code"`;

const MODEL = "span.gen_ai.request.model";

/** The dashboard for Tempo: figures by project and session, which metrics lack. Needs one trace per turn. */
export const TEMPO: DashboardSpec = {
  uid: "ccotel-tempo",
  title: "Claude Code: sessions and projects",
  description:
    "Cost by project and session, and what turns, requests and tools did, from ccotel's spans. Spans have times of their own, so an export of old sessions shows at its own dates.",
  datasource: "tempo",
  variables: [],
  rows: [
    {
      title: "Cost",
      panels: [
        bars("Cost by model", "currencyUSD", summed(CHAT, "span.gen_ai.usage.cost", `by (${MODEL})`)),
        {
          ...bars(
            "Cost by project",
            "currencyUSD",
            summed(TURN, "span.ccotel.cost.usd", "by (span.ccotel.project)"),
          ),
          description:
            "What turns cost with the subagents that they waited for; background subagents are not in it.",
        },
        bars(
          "The ten most expensive sessions",
          "currencyUSD",
          summed(CHAT, "span.gen_ai.usage.cost", "by (span.session.id) | topk(10)"),
        ),
        {
          title: "Turns over 1 USD",
          kind: "table",
          width: 12,
          unit: "short",
          queries: [
            {
              query: `{ ${TURN} && span.ccotel.cost.usd > 1.0 } | select(span.ccotel.cost.usd, span.ccotel.project)`,
            },
          ],
        },
      ],
    },
    {
      title: "Tokens and cache",
      panels: [
        bars("Input tokens", "short", summed(CHAT, "span.gen_ai.usage.input_tokens", `by (${MODEL})`)),
        bars(
          "Tokens read from the cache",
          "short",
          summed(CHAT, "span.gen_ai.usage.cache_read.input_tokens", `by (${MODEL})`),
        ),
        bars("Output tokens", "short", summed(CHAT, "span.gen_ai.usage.output_tokens", `by (${MODEL})`)),
      ],
    },
    {
      title: "Turns and latency",
      panels: [
        bars("Turns by outcome", "short", chosen(TURN, "count_over_time() by (span.ccotel.turn.outcome)")),
        lines("Duration of turns", chosen(TURN, "quantile_over_time(duration, .5, .9)")),
        lines("Duration of requests", chosen(CHAT, `quantile_over_time(duration, .5, .9) by (${MODEL})`)),
        {
          ...lines(
            "Mean time to first chunk (TTFT)",
            chosen(
              `${CHAT} && span.gen_ai.response.time_to_first_chunk > 0.0`,
              `avg_over_time(span.gen_ai.response.time_to_first_chunk) by (${MODEL})`,
            ),
          ),
          description:
            "A mean: Tempo's quantiles of seconds in an attribute come back empty. Only of responses where the client's records tell it exactly.",
        },
      ],
    },
    {
      title: "Tools, errors and context",
      panels: [
        bars(
          "Tool calls that failed",
          "short",
          chosen(
            `${TOOL} && span.ccotel.tool.outcome = "error"`,
            "count_over_time() by (span.gen_ai.tool.name)",
          ),
        ),
        lines(
          "Duration of tool calls",
          chosen(TOOL, "quantile_over_time(duration, .9) by (span.gen_ai.tool.name)"),
        ),
        bars(
          "Requests that failed",
          "short",
          chosen(`${CHAT} && status = error`, "count_over_time() by (span.error.type)"),
        ),
        bars("Retries", "short", chosen('event:name = "ccotel.retry"', `count_over_time() by (${MODEL})`)),
        bars(
          "Compactions",
          "short",
          chosen('name = "claude_code.compaction"', "count_over_time() by (span.ccotel.compaction.trigger)"),
        ),
        bars(
          "Runs of subagents",
          "short",
          chosen(
            `${AGENT} && span.gen_ai.agent.name != "claude-code"`,
            "count_over_time() by (span.gen_ai.agent.name)",
          ),
        ),
      ],
    },
  ],
  target,
};

function chosen(spans: string, metric: string): string {
  return `{ ${spans} } | ${metric}`;
}

/**
 * The sum of a numeric attribute. Tempo's sums are wrong if they include spans without the attribute. The comparison
 * that excludes these matches only numbers of its own type: integers or doubles.
 */
function summed(spans: string, number: string, rest: string): string {
  const zero = number.includes("cost") ? "0.0" : "0";
  return `{ ${spans} && ${number} > ${zero} } | sum_over_time(${number}) ${rest}`;
}

function bars(title: string, unit: string, query: string): PanelSpec {
  return { title, kind: "bars", width: 12, unit, interval: "5m", queries: [{ query }] };
}

function lines(title: string, query: string): PanelSpec {
  return { title, kind: "lines", width: 12, unit: "s", interval: "15m", queries: [{ query }] };
}

function target(query: string, kind: Kind, _legend: string, refId: string): DataqueryBuilder {
  const builder = new DataqueryBuilder().query(query).queryType("traceql").refId(refId).filters([]);
  if (kind === "table") return builder.tableType(SearchTableType.Spans).limit(50);
  return builder.metricsQueryType(MetricsQueryType.Range);
}
