import { expect } from "vitest";
import {
  type Expected,
  expectedOf,
  recordings,
  sessionIdOf,
  transcriptsOf,
} from "../../../../test/support/recordings.ts";
import type { StoredSpan } from "./stored.ts";

/** The precision of a backend's times. */
export type Precision = "ns" | "us" | "ms";

const UNIT_NS = { ns: 1n, us: 1_000n, ms: 1_000_000n };

/**
 * Expects every sent span exactly once, with its parent, times, status and attributes, and no other span. A backend may
 * add attributes. `except`: attributes that it stores in its own form.
 */
export function expectSameSpans(
  stored: StoredSpan[],
  sent: StoredSpan[],
  { precision = "ns", except = [] }: { precision?: Precision; except?: string[] } = {},
): void {
  const has = countsOf(stored);
  const wanted = countsOf(sent);
  const wrong = [...new Set([...has.keys(), ...wanted.keys()])].filter(
    (id) => has.get(id) !== wanted.get(id),
  );
  const examples = wrong.slice(0, 5).map((id) => `${id}: ${has.get(id) ?? 0} for ${wanted.get(id) ?? 0}`);
  expect(
    examples,
    `${wrong.length} of ${wanted.size} spans are not there as often as they were sent`,
  ).toEqual([]);
  const byKey = new Map(stored.map((span) => [key(span), span]));
  for (const span of sent) {
    const found = byKey.get(key(span));
    const unit = UNIT_NS[precision];
    const seen = found && {
      parentSpanId: found.parentSpanId,
      name: found.name,
      start: found.startNs / unit,
      end: found.endNs / unit,
      status: found.status,
    };
    expect(seen, key(span)).toEqual({
      parentSpanId: span.parentSpanId,
      name: span.name,
      start: span.startNs / unit,
      end: span.endNs / unit,
      status: span.status,
    });
    const wanted = Object.fromEntries(
      Object.entries(span.attributes).filter(([name]) => !except.includes(name)),
    );
    expect(found?.attributes, key(span)).toMatchObject(wanted);
  }
}

/** Expects each trace to have one root and to contain the parent of every other span. */
export function expectWholeTraces(stored: StoredSpan[]): void {
  for (const [traceId, spans] of byTrace(stored)) {
    const ids = new Set(spans.map((span) => span.spanId));
    expect(ids.size, traceId).toBe(spans.length);
    expect(spans.filter((span) => span.parentSpanId === "").length, traceId).toBe(1);
    for (const { parentSpanId } of spans) expect(parentSpanId === "" || ids.has(parentSpanId)).toBe(true);
  }
}

/** Among the requests for which a backend computes a cost, the share with the same cost as in ccotel. */
export function shareOfEqualCosts(theirs: Map<string, number>, sent: StoredSpan[]): number {
  const pairs = sent.flatMap(({ spanId, attributes }) => {
    const cost = theirs.get(spanId);
    const ours = attributes["gen_ai.usage.cost"];
    return cost === undefined || typeof ours !== "number" ? [] : [Math.abs(cost - ours)];
  });
  return pairs.filter((difference) => difference < 1e-9).length / pairs.length;
}

/** The spans without chats of advisors. These are children of the request that called them, not separate responses. */
export function withoutAdvisors(spans: readonly StoredSpan[]): StoredSpan[] {
  const isChat = ({ attributes }: StoredSpan) => attributes["gen_ai.operation.name"] === "chat";
  const chats = new Set(spans.filter(isChat).map(({ spanId }) => spanId));
  return spans.filter((span) => !(isChat(span) && chats.has(span.parentSpanId)));
}

export function byTrace(spans: StoredSpan[]): Map<string, StoredSpan[]> {
  const traces = new Map<string, StoredSpan[]>();
  for (const span of spans) traces.set(span.traceId, [...(traces.get(span.traceId) ?? []), span]);
  return traces;
}

/**
 * Expects the tokens of each recording to be those that the API of the recorded clients counted. Ignores interrupted
 * responses: the API did not finish counting them. The input includes tokens read from and written to the cache, as in
 * the GenAI conventions.
 */
export function expectTokensOfTheApi(stored: StoredSpan[]): void {
  const bySession = new Map<unknown, StoredSpan[]>();
  for (const span of withoutAdvisors(stored)) {
    if (span.attributes["gen_ai.operation.name"] !== "chat") continue;
    const sessionId = span.attributes["session.id"];
    bySession.set(sessionId, [...(bySession.get(sessionId) ?? []), span]);
  }
  for (const recording of recordings()) {
    const expected = expectedOf(recording);
    const cut = new Set(expected.requests.flatMap(({ cut, messageId }) => (cut ? [messageId] : [])));
    const chats = transcriptsOf(recording)
      .flatMap((path) => bySession.get(sessionIdOf(path)) ?? [])
      .filter(({ attributes }) => !cut.has(attributes["gen_ai.response.id"] as string));
    const sum = (name: string) =>
      chats.reduce((total, { attributes }) => total + Number(attributes[name] ?? 0), 0);
    expect(
      {
        input: sum("gen_ai.usage.input_tokens"),
        output: sum("gen_ai.usage.output_tokens"),
        cacheRead: sum("gen_ai.usage.cache_read.input_tokens"),
        cacheWrite: sum("gen_ai.usage.cache_creation.input_tokens"),
      },
      recording.name,
    ).toEqual(countedByApi(expected));
  }
}

function countedByApi({ tokensByModelInTranscript }: Expected) {
  const sum = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
  for (const tokens of Object.values(tokensByModelInTranscript)) {
    const cacheWrite = tokens.cacheWrite5m + tokens.cacheWrite1h;
    sum.input += tokens.input + tokens.cacheRead + cacheWrite;
    sum.output += tokens.output;
    sum.cacheRead += tokens.cacheRead;
    sum.cacheWrite += cacheWrite;
  }
  return sum;
}

/** The ids of the sessions of these spans. */
export function sessionsIn(spans: StoredSpan[]): string[] {
  return [...new Set(spans.map(({ attributes }) => attributes["session.id"] as string))].sort();
}

/** The ids of the traces of a session. */
export function tracesOf(sessionId: string, spans: StoredSpan[]): string[] {
  const own = spans.filter(({ attributes }) => attributes["session.id"] === sessionId);
  return [...byTrace(own).keys()].sort();
}

function countsOf(spans: StoredSpan[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const span of spans) counts.set(key(span), (counts.get(key(span)) ?? 0) + 1);
  return counts;
}

function key({ traceId, spanId }: StoredSpan): string {
  return `${traceId}/${spanId}`;
}
