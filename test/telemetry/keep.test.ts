import { describe, expect, test } from "vitest";
import type { ContentPolicy } from "../../src/telemetry/content/policy.ts";
import { observe } from "../../src/telemetry/metrics/observe.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { policy } from "../support/policies.ts";
import { readWhole } from "../support/read-files.ts";
import { recordings, sessionIdOf, transcriptsOf } from "../support/recordings.ts";

describe("what a reader keeps does not change what is sent", () => {
  test.each(recordings().map((recording) => [recording.name, recording] as const))("%s", (_, recording) => {
    for (const path of transcriptsOf(recording)) {
      const all = readWhole(path, { keep: "full" });
      for (const level of ["none", "details"] as const) {
        const kept = readWhole(path, { keep: level });
        const spansOf = (pieces: typeof all, content?: ContentPolicy): Span[] =>
          toSpans(pieces, { sessionId: sessionIdOf(path), scope: "session", ...(content && { content }) });
        expect(spansOf(all, policy(level))).toEqual(spansOf(kept, policy(level)));
        if (level === "none") expect(spansOf(all)).toEqual(spansOf(kept));
        expect(observe(all)).toEqual(observe(kept));
      }
    }
  });
});
