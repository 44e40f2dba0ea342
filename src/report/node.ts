import { CCOTEL, GEN_AI, GEN_AI_USAGE_COST, OTEL } from "../telemetry/semconv.ts";

/** A span as far as eyes need it, whether it is about to be sent or has just been received. */
export interface SpanNode {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startMs: number;
  endMs: number;
  isError: boolean;
  /** What its attributes say beside numbers: `turn 2`, `denied`, `overloaded_error 529`. */
  notes: string[];
  tokens?: Tokens;
  costUsd?: number;
  /** Tokens and cost are sums over the spans below. */
  isSum: boolean;
  /** Of an LLM request. */
  model?: string;
  /** A request whose model has no known price. */
  isUnpriced?: true;
  /** Cost that Claude Code counted and no span explains. */
  hiddenUsd?: number;
}

/** The five kinds are disjoint, except that `cacheWrite` has both lifetimes in it. */
export interface Tokens {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  webSearches: number;
}

/** What a span of either side of the wire has. */
export interface AnySpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string | undefined;
  name: string;
  startMs: number;
  endMs: number;
  isError: boolean;
  attributes: Readonly<Record<string, unknown>>;
}

/** Reduces a span to its node. */
export function toNode(span: AnySpan): SpanNode {
  const { attributes } = span;
  const isChat = attributes[GEN_AI.operationName] === "chat";
  const tokens = isChat ? chatTokens(attributes) : sumTokens(attributes);
  const costUsd = number(attributes[isChat ? GEN_AI_USAGE_COST : CCOTEL.costUsd]);
  const hiddenUsd = number(attributes[CCOTEL.hiddenUsd]);
  const node: SpanNode = {
    traceId: span.traceId,
    spanId: span.spanId,
    name: printable(span.name),
    startMs: span.startMs,
    endMs: span.endMs,
    isError: span.isError,
    notes: notesOf(attributes).map(printable),
    isSum: !isChat,
  };
  if (span.parentSpanId) node.parentSpanId = span.parentSpanId;
  if (tokens !== undefined) node.tokens = tokens;
  if (costUsd !== undefined) node.costUsd = costUsd;
  if (hiddenUsd !== undefined) node.hiddenUsd = hiddenUsd;
  if (isChat) node.model = printable(String(attributes[GEN_AI.requestModel] ?? "unknown model"));
  if (isChat && tokens !== undefined && costUsd === undefined) node.isUnpriced = true;
  return node;
}

/** Names come from tools and files of others; nothing in them may steer the terminal. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to keep out.
  return text.replace(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "?");
}

function chatTokens(attributes: AnySpan["attributes"]): Tokens | undefined {
  const all = number(attributes[GEN_AI.inputTokens]);
  if (all === undefined) return undefined;
  const cacheRead = number(attributes[GEN_AI.cacheReadTokens]) ?? 0;
  const cacheWrite = number(attributes[GEN_AI.cacheCreationTokens]) ?? 0;
  const output = number(attributes[GEN_AI.outputTokens]) ?? 0;
  const webSearches = number(attributes[CCOTEL.webSearches]) ?? 0;
  return { input: all - cacheRead - cacheWrite, output, cacheRead, cacheWrite, webSearches };
}

function sumTokens(attributes: AnySpan["attributes"]): Tokens | undefined {
  const all = number(attributes[CCOTEL.inputTokens]);
  if (all === undefined) return undefined;
  const cacheRead = number(attributes[CCOTEL.cacheReadTokens]) ?? 0;
  const cacheWrite = number(attributes[CCOTEL.cacheCreationTokens]) ?? 0;
  const output = number(attributes[CCOTEL.outputTokens]) ?? 0;
  const webSearches = number(attributes[CCOTEL.webSearches]) ?? 0;
  return { input: all - cacheRead - cacheWrite, output, cacheRead, cacheWrite, webSearches };
}

function notesOf(attributes: AnySpan["attributes"]): string[] {
  const text = (key: string) => (attributes[key] === undefined ? undefined : String(attributes[key]));
  const notes: (string | undefined)[] = [];
  const turn = text(CCOTEL.turnIndex);
  if (turn !== undefined) notes.push(`turn ${turn}`);
  const outcome = text(CCOTEL.turnOutcome) ?? text(CCOTEL.toolOutcome) ?? text(CCOTEL.outcome);
  if (outcome !== undefined && !["completed", "ok", "error", "failed"].includes(outcome)) notes.push(outcome);
  if (attributes[CCOTEL.background] === true) notes.push("background");
  if (attributes[CCOTEL.aborted] === true) notes.push("aborted");
  const attempts = number(attributes[CCOTEL.attempts]);
  if (attempts !== undefined && attempts > 1) notes.push(`${attempts} attempts`);
  const trigger = text(CCOTEL.compactionTrigger);
  if (trigger !== undefined) notes.push(trigger);
  const error = text(OTEL.errorType);
  if (error !== undefined) notes.push([error, text(OTEL.httpStatusCode)].filter(Boolean).join(" "));
  return notes.filter((note) => note !== undefined);
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : typeof value === "bigint" ? Number(value) : undefined;
}
