import { printable } from "../printable.ts";
import { CCOTEL, GEN_AI, GEN_AI_USAGE_COST, OTEL } from "../telemetry/semconv.ts";
import { duration } from "../units.ts";
import type { SpanTexts } from "./span-texts.ts";

/** A span, reduced to what the reports show. It is made from a span to send or from a received one. */
export interface SpanNode {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startMs: number;
  endMs: number;
  isError: boolean;
  /** A call that still runs: no record shows how long it takes. */
  isRunning?: true;
  /** What it is about, in one line: a command, a file, a prompt. */
  about?: string;
  /** Facts from its attributes other than tokens and cost: `turn 2`, `denied`, `overloaded_error 529`. */
  notes: string[];
  /** Ids of the findings about it, which are among the notes as well. */
  findings?: string[];
  tokens?: Tokens;
  costUsd?: number;
  /** Whether tokens and cost are sums over the spans below. */
  isSum: boolean;
}

/** `input`: tokens of the prompt, those read from and written to the cache included. `output`: tokens of the answer. */
interface Tokens {
  input: number;
  output: number;
}

/** The fields that spans to send and received spans have in common. */
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

/** Converts a span to its node. Its texts are given if they may be shown. */
export function toNode(span: AnySpan, { about, error }: SpanTexts = {}): SpanNode {
  const { attributes } = span;
  const isChat = attributes[GEN_AI.operationName] === "chat";
  const [input, output] = isChat
    ? [GEN_AI.inputTokens, GEN_AI.outputTokens]
    : [CCOTEL.inputTokens, CCOTEL.outputTokens];
  const tokens = tokensOf(number(attributes[input]), number(attributes[output]));
  const costUsd = number(attributes[isChat ? GEN_AI_USAGE_COST : CCOTEL.costUsd]);
  const node: SpanNode = {
    traceId: span.traceId,
    spanId: span.spanId,
    name: printable(span.name),
    startMs: span.startMs,
    endMs: span.endMs,
    isError: span.isError,
    notes: notesOf(attributes, error).map(printable),
    isSum: !isChat,
  };
  if (attributes[CCOTEL.toolOutcome] === "unfinished") node.isRunning = true;
  const findings = findingsOf(attributes);
  if (findings.length > 0) node.findings = findings;
  if (about !== undefined) node.about = printable(about);
  if (span.parentSpanId) node.parentSpanId = span.parentSpanId;
  if (tokens !== undefined) node.tokens = tokens;
  if (costUsd !== undefined) node.costUsd = costUsd;
  return node;
}

function tokensOf(input: number | undefined, output: number | undefined): Tokens | undefined {
  return input === undefined ? undefined : { input, output: output ?? 0 };
}

function findingsOf(attributes: AnySpan["attributes"]): string[] {
  const findings = attributes[CCOTEL.findings];
  return Array.isArray(findings) ? findings.map((id) => printable(String(id))) : [];
}

/** `said`: what a failed call said. It replaces the type of its error, which is the same for all calls. */
function notesOf(attributes: AnySpan["attributes"], said: string | undefined): string[] {
  const text = (key: string) => (attributes[key] === undefined ? undefined : String(attributes[key]));
  const notes: (string | undefined)[] = [];
  const turn = text(CCOTEL.turnIndex);
  if (turn !== undefined) notes.push(`turn ${turn}`);
  const outcome = text(CCOTEL.turnOutcome) ?? text(CCOTEL.toolOutcome) ?? text(CCOTEL.outcome);
  if (outcome !== undefined && !["completed", "ok", "error", "failed"].includes(outcome)) notes.push(outcome);
  notes.push(...findingsOf(attributes));
  if (attributes[CCOTEL.background] === true) notes.push("background");
  if (attributes[CCOTEL.aborted] === true) notes.push("aborted");
  if (attributes[CCOTEL.provisionalUsage] === true) notes.push("output too low");
  const attempts = number(attributes[CCOTEL.attempts]);
  if (attempts !== undefined && attempts > 1) notes.push(`${attempts} attempts`);
  if (attributes[CCOTEL.speed] === "fast") notes.push("fast mode");
  if (attributes[CCOTEL.cacheMissedTokens] !== undefined) notes.push("cache miss");
  const waited = number(attributes[CCOTEL.toolWaited]);
  if (waited !== undefined) notes.push(`waited ${duration(waited * 1000)} for you`);
  else if (attributes[CCOTEL.toolWaitIncluded] === true) notes.push("waited for you");
  notes.push(
    ...STOPS.filter(([reason]) => stopReasons(attributes).includes(reason)).map(([, words]) => words),
  );
  const trigger = text(CCOTEL.compactionTrigger);
  if (trigger !== undefined) notes.push(trigger);
  const error = text(OTEL.errorType);
  if (error !== undefined) notes.push(said ?? [error, text(OTEL.httpStatusCode)].filter(Boolean).join(" "));
  return notes.filter((note) => note !== undefined);
}

/** Stop reasons of answers that ended early, with the words for them. */
const STOPS = [
  ["refusal", "refused"],
  ["max_tokens", "cut off at max tokens"],
  ["model_context_window_exceeded", "context window full"],
] as const;

function stopReasons(attributes: AnySpan["attributes"]): readonly unknown[] {
  const reasons = attributes[GEN_AI.finishReasons];
  return Array.isArray(reasons) ? reasons : [];
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : typeof value === "bigint" ? Number(value) : undefined;
}
