import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Span } from "../../../src/telemetry/spans/span.ts";
import { postsOf } from "../../fleet/machine.ts";
import { recordedSessions } from "../../fleet/recorded.ts";
import { countPoints, eachSpanId } from "../../fleet/span-ids.ts";
import { wireUse } from "../../fleet/wire.ts";
import { RECORDINGS, spansToSend } from "../support/tool.ts";

const sessions = recordedSessions(RECORDINGS);

const spansFrom = (machine: number): Span[] =>
  sessions.flatMap((session, index) =>
    [...postsOf({ number: machine * sessions.length + index, sessions: [session] })].flatMap((post) =>
      post.signal === "traces" ? post.spans : [],
    ),
  );

describe("installations of the load generator", () => {
  test("send the same spans, tokens and cost as an export of the recordings", async () => {
    const exported = await spansToSend(undefined, { CCOTEL_TRACE_SCOPE: "turn" });
    const played = spansFrom(0);
    expect(namesOf(played)).toEqual(namesOf(exported));
    for (const name of ["gen_ai.usage.cost", "gen_ai.usage.output_tokens"])
      expect(sumOf(played, name)).toBeCloseTo(sumOf(exported, name), 9);
    expect(wireUse(sessions).spans).toBe(exported.length);
  });

  test("have ids of their own, and sessions that ended within the last minute", async () => {
    const exported = await spansToSend(undefined, { CCOTEL_TRACE_SCOPE: "turn" });
    const [one, other] = [spansFrom(0), spansFrom(1)];
    const ids = [...exported, ...one, ...other].map(({ spanId }) => spanId);
    expect(new Set(ids).size).toBe(ids.length);
    const recorded = new Set<unknown>(sessions.map(({ sessionId }) => sessionId));
    for (const { attributes } of one) expect(recorded.has(attributes["session.id"])).toBe(false);
    const latest = Math.max(...one.map(({ endMs }) => endMs));
    expect(Math.abs(Date.now() - latest)).toBeLessThan(60_000);
  });

  test("have the spans and points that the generator counts in their bytes", () => {
    for (const [number, session] of sessions.entries()) {
      for (const post of postsOf({ number, sessions: [session] })) {
        const body = gunzipSync(gzipSync(post.body));
        const ids: string[] = [];
        if (post.signal === "traces") eachSpanId(body, (id) => ids.push(id));
        if (post.signal === "traces")
          expect(ids.sort()).toEqual(post.spans.map(({ spanId }) => spanId).sort());
        else expect(countPoints(body)).toBe(post.points);
      }
    }
  });
});

function namesOf(spans: { name: string }[]): string[] {
  return spans.map(({ name }) => name).sort();
}

function sumOf(spans: { attributes: Record<string, unknown> }[], attribute: string): number {
  return spans.reduce((sum, { attributes }) => sum + Number(attributes[attribute] ?? 0), 0);
}
