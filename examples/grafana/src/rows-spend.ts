import { AGENT, chosen, INTERVAL, legendOf, MODEL, RANGE } from "./ask.ts";
import type { RowSpec } from "./panels.ts";
import { counted, mean, orZero, quantile, share } from "./promql.ts";

const USD = "currencyUSD";
const TYPE = "ccotel_token_type";
/** The token types that make up a prompt. */
const PROMPT = `${TYPE}!="output"`;

export function costRow(): RowSpec {
  const cost = (window: string, by: string[] = []) => counted("ccotel.cost", chosen(window, by));
  return {
    title: "Cost",
    panels: [
      { title: "Cost", kind: "stat", width: 5, unit: USD, queries: [{ query: orZero(cost(RANGE)) }] },
      {
        title: "Cost of the last hour",
        kind: "stat",
        width: 5,
        unit: USD,
        queries: [{ query: orZero(cost("1h")) }],
      },
      {
        title: "Cost of the last 24 hours",
        kind: "stat",
        width: 5,
        unit: USD,
        queries: [{ query: orZero(cost("1d")) }],
      },
      {
        title: "Cost per turn",
        kind: "stat",
        width: 5,
        unit: USD,
        queries: [{ query: `${cost(RANGE)} / (${counted("ccotel.turns", chosen(RANGE))} > 0)` }],
      },
      {
        title: "Requests without a price",
        kind: "stat",
        width: 4,
        unit: "short",
        description: "Requests to models whose price is not known. Cost lacks them.",
        queries: [{ query: orZero(counted("ccotel.unpriced_requests", chosen(RANGE))) }],
      },
      {
        title: "Cost over time",
        kind: "bars",
        width: 12,
        unit: USD,
        interval: "5m",
        description: "A bar is what came in the interval that ends at it.",
        queries: [{ query: cost(INTERVAL, [MODEL]), legend: legendOf(MODEL) }],
      },
      {
        title: "Cost by day",
        kind: "bars",
        width: 12,
        unit: USD,
        interval: "1d",
        description: "Days of UTC; each bar stands at the end of its day. Choose a range of several days.",
        queries: [{ query: cost(INTERVAL, [MODEL]), legend: legendOf(MODEL) }],
      },
      {
        title: "Cost by model",
        kind: "ranking",
        width: 8,
        unit: USD,
        queries: [{ query: cost(RANGE, [MODEL]), legend: legendOf(MODEL) }],
      },
      {
        title: "Cost by agent",
        kind: "ranking",
        width: 8,
        unit: USD,
        description: "claude-code is the main conversation, the others are subagents.",
        queries: [{ query: cost(RANGE, [AGENT]), legend: legendOf(AGENT) }],
      },
      {
        title: "Cost by model and agent",
        kind: "table",
        width: 8,
        unit: USD,
        queries: [{ query: cost(RANGE, [MODEL, AGENT]) }],
      },
    ],
  };
}

export function tokensRow(): RowSpec {
  const tokens = (window: string, by: string[] = [], where?: string) =>
    counted("ccotel.tokens", chosen(window, by, where));
  const hits = (window: string, by: string[] = []) =>
    share(tokens(window, by, `${TYPE}="cache_read"`), tokens(window, by, PROMPT));
  return {
    title: "Tokens and cache",
    panels: [
      { title: "Tokens", kind: "stat", width: 6, unit: "short", queries: [{ query: orZero(tokens(RANGE)) }] },
      {
        title: "Output tokens",
        kind: "stat",
        width: 6,
        unit: "short",
        queries: [{ query: orZero(tokens(RANGE, [], `${TYPE}="output"`)) }],
      },
      {
        title: "Cache hit ratio",
        kind: "stat",
        width: 6,
        unit: "percentunit",
        description: "Share of the prompts' tokens that was read from the cache.",
        queries: [{ query: hits(RANGE) }],
      },
      {
        title: "Cache reads for each token written",
        kind: "stat",
        width: 6,
        unit: "short",
        description: "A write costs more than a plain token and pays off when it is read.",
        queries: [
          {
            query: `${tokens(RANGE, [], `${TYPE}="cache_read"`)} / (${tokens(RANGE, [], `${TYPE}=~"cache_write_.*"`)} > 0)`,
          },
        ],
      },
      {
        title: "Tokens over time",
        kind: "bars",
        width: 8,
        unit: "short",
        interval: "5m",
        queries: [{ query: tokens(INTERVAL, [TYPE]), legend: legendOf(TYPE) }],
      },
      {
        title: "Cache hit ratio by model",
        kind: "lines",
        width: 8,
        unit: "percentunit",
        interval: "15m",
        queries: [{ query: hits(INTERVAL, [MODEL]), legend: legendOf(MODEL) }],
      },
      {
        title: "Tokens by model and type",
        kind: "table",
        width: 8,
        unit: "short",
        queries: [{ query: tokens(RANGE, [MODEL, TYPE]) }],
      },
    ],
  };
}

export function turnsRow(): RowSpec {
  const turns = (window: string, by: string[] = []) => counted("ccotel.turns", chosen(window, by));
  const OUTCOME = "ccotel_turn_outcome";
  const SOURCE = "ccotel_turn_source";
  const main = (q: number) => ({
    query: quantile(
      q,
      "gen_ai.invoke_agent.duration",
      chosen(INTERVAL, [], 'gen_ai_agent_name="claude-code"'),
    ),
    legend: `p${q * 100}`,
  });
  return {
    title: "Turns and sessions",
    panels: [
      {
        title: "Sessions",
        kind: "stat",
        width: 4,
        unit: "short",
        description: "Sessions that began in the time range; going on with an old one makes no new one.",
        queries: [{ query: orZero(counted("ccotel.sessions", chosen(RANGE))) }],
      },
      { title: "Turns", kind: "stat", width: 4, unit: "short", queries: [{ query: orZero(turns(RANGE)) }] },
      {
        title: "Sessions by entry point",
        kind: "ranking",
        width: 8,
        unit: "short",
        queries: [
          {
            query: counted("ccotel.sessions", chosen(RANGE, ["ccotel_entrypoint"])),
            legend: legendOf("ccotel_entrypoint"),
          },
        ],
      },
      {
        title: "Turns by source and outcome",
        kind: "table",
        width: 8,
        unit: "short",
        queries: [{ query: turns(RANGE, [SOURCE, OUTCOME]) }],
      },
      {
        title: "Turns over time",
        kind: "bars",
        width: 12,
        unit: "short",
        interval: "5m",
        queries: [{ query: turns(INTERVAL, [OUTCOME]), legend: legendOf(OUTCOME) }],
      },
      {
        title: "Duration of turns",
        kind: "lines",
        width: 12,
        unit: "s",
        interval: "15m",
        description: "Waits for a person are in it.",
        queries: [main(0.5), main(0.9)],
      },
    ],
  };
}

export function latencyRow(): RowSpec {
  const of = (instrument: Parameters<typeof quantile>[1], where?: string) => [
    { query: quantile(0.5, instrument, chosen(INTERVAL, [MODEL], where)), legend: `p50 ${legendOf(MODEL)}` },
    { query: quantile(0.9, instrument, chosen(INTERVAL, [MODEL], where)), legend: `p90 ${legendOf(MODEL)}` },
  ];
  const lines = { kind: "lines", width: 12, interval: "15m" } as const;
  return {
    title: "Latency",
    panels: [
      {
        ...lines,
        title: "Duration of requests",
        unit: "s",
        description: "First attempt to last block: retries and the waits between them are in it.",
        queries: of("gen_ai.client.operation.duration", 'error_type=""'),
      },
      {
        ...lines,
        title: "Time to first chunk (TTFT)",
        unit: "s",
        description: "Only of responses where the client's records tell it exactly.",
        queries: of("gen_ai.client.operation.time_to_first_chunk"),
      },
      {
        ...lines,
        title: "Time to first block",
        unit: "s",
        description: "Of every response; never below the time to the first chunk.",
        queries: of("ccotel.time_to_first_block"),
      },
      {
        ...lines,
        title: "Output tokens per second",
        unit: "short",
        queries: [
          {
            query: mean("ccotel.output_tokens_per_second", chosen(INTERVAL, [MODEL])),
            legend: legendOf(MODEL),
          },
        ],
      },
    ],
  };
}
