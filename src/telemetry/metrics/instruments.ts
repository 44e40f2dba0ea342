/** One metric of docs/reference/metrics.md. Values are seconds, USD, tokens, ratios from 0 to 1, or counts. */
export interface Instrument {
  kind: "counter" | "histogram" | "gauge";
  unit: string;
  description: string;
  /** Type of all values of the metric, also of whole numbers in a `double` metric. */
  valueType: "int" | "double";
  /** Upper bounds of a histogram's buckets. One more bucket holds the values above the last bound. */
  boundaries?: readonly number[];
  /** A metric about the exporter itself. It is sent with other points and is not a reason to send a request. */
  ownHealth?: true;
}

/** Bounds that double, as the GenAI conventions give them for the duration of requests. */
const REQUEST_SECONDS = doubling(0.01, 14);
/** Bounds of other emitters of `gen_ai.invoke_agent.duration`. A turn or a wait for a person takes minutes. */
const AGENT_SECONDS = doubling(0.1, 13);
/** Powers of four up to 67 million, which are the conventions' bounds for tokens. */
const TOKENS = Array.from({ length: 14 }, (_, power) => 4 ** power);
const TOKENS_PER_SECOND = doubling(1, 11);
const RATIOS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1];

/** All metrics by name, in the order in which they are sent. Claude Code's own metrics have other names. */
export const INSTRUMENTS = {
  "gen_ai.client.token.usage": histogram(
    "{token}",
    TOKENS,
    "Tokens of a request; input counts what was read from and written to the cache too",
    "int",
  ),
  "gen_ai.client.operation.duration": histogram(
    "s",
    REQUEST_SECONDS,
    "Time of a request from its first attempt to its last block",
  ),
  "gen_ai.client.operation.time_to_first_chunk": histogram(
    "s",
    REQUEST_SECONDS,
    "Time from the successful attempt to the first chunk, where the client's records tell it exactly",
  ),
  // These replace the three metrics above with `CCOTEL_SEMCONV=latest`.
  "gen_ai.client.inference.duration": histogram(
    "s",
    REQUEST_SECONDS,
    "Time of a request from its first attempt to its last block",
  ),
  "gen_ai.client.inference.time_to_first_chunk": histogram(
    "s",
    REQUEST_SECONDS,
    "Time from the successful attempt to the first chunk, where the client's records tell it exactly",
  ),
  "gen_ai.client.inference.operation.input_tokens": histogram(
    "{token}",
    TOKENS,
    "Input tokens of a request",
    "int",
  ),
  "gen_ai.client.inference.operation.output_tokens": histogram(
    "{token}",
    TOKENS,
    "Output tokens of a request",
    "int",
  ),
  "gen_ai.client.inference.usage.input_tokens": counter(
    "{token}",
    "Input tokens, those read from and written to the cache included",
  ),
  "gen_ai.client.inference.usage.output_tokens": counter("{token}", "Output tokens, reasoning included"),
  "gen_ai.client.inference.usage.cache_read.input_tokens": counter(
    "{token}",
    "Input tokens read from the cache",
  ),
  "gen_ai.client.inference.usage.cache_write.input_tokens": counter(
    "{token}",
    "Input tokens written to the cache",
  ),
  "gen_ai.client.inference.usage.reasoning.output_tokens": counter(
    "{token}",
    "Output tokens spent on reasoning",
  ),
  "gen_ai.execute_tool.duration": histogram(
    "s",
    REQUEST_SECONDS,
    "Time of a tool call without the wait for a person, its hooks included",
  ),
  "ccotel.tool.elapsed": histogram(
    "s",
    AGENT_SECONDS,
    "Time of a tool call that waited, or may have waited, for a person, where nothing tells how long",
  ),
  "ccotel.tool.waited": histogram(
    "s",
    AGENT_SECONDS,
    "Time that a tool call waited for a person, where the client's records tell it",
  ),
  "gen_ai.invoke_agent.duration": histogram(
    "s",
    AGENT_SECONDS,
    "Time of a turn (claude-code) or a subagent, waits for a person included",
  ),
  "ccotel.cost": counter("USD", "Price of the requests that have a known one", "double"),
  "ccotel.tokens": counter("{token}", "Tokens of requests; the types are disjoint, their sum is the total"),
  "ccotel.sessions": counter("{session}", "Sessions"),
  "ccotel.turns": counter("{turn}", "Turns"),
  "ccotel.tool.calls": counter("{call}", "Tool calls"),
  "ccotel.findings": counter("{finding}", "Tool calls and turns that meet a rule, once for each rule"),
  "ccotel.hook.duration": histogram("s", REQUEST_SECONDS, "Time of a hook that left a record"),
  "ccotel.work.lines": counter("{line}", "Lines that edits added and removed"),
  "ccotel.work.actions": counter(
    "{action}",
    "Files written, commands run, pages fetched, searches, commits, pull requests",
  ),
  "ccotel.permission.decisions": counter("{decision}", "Decisions whether a tool may be called"),
  "ccotel.api.errors": counter("{request}", "Requests that failed for good"),
  "ccotel.api.retries": counter("{attempt}", "Attempts that failed and were made again"),
  "ccotel.compactions": counter("{compaction}", "Compactions of a conversation"),
  "ccotel.unpriced_requests": counter("{request}", "Requests to models without a known price"),
  "ccotel.time_to_first_block": histogram(
    "s",
    REQUEST_SECONDS,
    "Time from the successful attempt to the end of the first block: never below the time to first chunk",
  ),
  "ccotel.output_tokens_per_second": histogram(
    "{token}/s",
    TOKENS_PER_SECOND,
    "Output tokens by the time from the successful attempt to the last block",
  ),
  "ccotel.context.used_ratio": histogram(
    "1",
    RATIOS,
    "Share of the model's context window that a prompt filled",
  ),
  "ccotel.limit.used_ratio": {
    kind: "gauge",
    unit: "1",
    description: "Share of a usage limit that is used up, as the status line says it",
    valueType: "double",
  },
  "ccotel.limit.reset_after": {
    kind: "gauge",
    unit: "s",
    description: "Time until a usage limit starts again, as the status line says it",
    valueType: "double",
  },
  "ccotel.client_cost": counter(
    "USD",
    "Claude Code's own sum, hidden requests included, as the status line says it",
    "double",
  ),
  "ccotel.prompt_cache.misses": counter(
    "{miss}",
    "Requests that did not find the cache warm, as the status line says it",
  ),
  "otel.sdk.exporter.span.exported": ownHealth(
    counter("{span}", "Spans whose export has ended; error.type says how a failed one did"),
  ),
  "otel.sdk.exporter.metric_data_point.exported": ownHealth(
    counter("{data_point}", "Metric points whose export has ended; error.type says how a failed one did"),
  ),
  "otel.sdk.exporter.log.exported": ownHealth(
    counter("{log_record}", "Log records whose export has ended; error.type says how a failed one did"),
  ),
  "otel.sdk.exporter.operation.duration": ownHealth(
    histogram("s", REQUEST_SECONDS, "Time of one export request"),
  ),
  "ccotel.backlog.age": ownHealth({
    kind: "gauge",
    unit: "s",
    description: "Age of the oldest thing that waits to be exported",
    valueType: "double",
  }),
} satisfies Record<string, Instrument>;

export type InstrumentName = keyof typeof INSTRUMENTS;

/** The instrument of that name; undefined for a name from another version of ccotel. */
export function instrumentOf(name: string): Instrument | undefined {
  return Object.hasOwn(INSTRUMENTS, name) ? INSTRUMENTS[name as InstrumentName] : undefined;
}

function counter(unit: string, description: string, valueType: "int" | "double" = "int"): Instrument {
  return { kind: "counter", unit, description, valueType };
}

function histogram(
  unit: string,
  boundaries: readonly number[],
  description: string,
  valueType: "int" | "double" = "double",
): Instrument {
  return { kind: "histogram", unit, description, valueType, boundaries };
}

function ownHealth(instrument: Instrument): Instrument {
  return { ...instrument, ownHealth: true };
}

/**
 * `count` bounds that double from `first` on. Doubling is exact, so each is the double of the conventions' decimal
 * number.
 */
function doubling(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, power) => first * 2 ** power);
}
