import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";

const SESSION = "6f1d0c9e-3a52-4c1c-9d44-0d3b9d1f3a10";

afterEach(() => {
  vi.doUnmock("node:crypto");
  vi.doUnmock("../../src/sha256.ts");
  vi.resetModules();
});

describe("ids", () => {
  test.each([
    ["with this Node", () => {}],
    [
      "with a Node that has no `crypto.hash`",
      () =>
        vi.doMock("node:crypto", async (original) => ({ ...(await original<object>()), hash: undefined })),
    ],
  ])("never change, %s, because backends identify spans by them", async (_, prepare) => {
    prepare();
    const { spanIdOf, traceIdOf } = await import("../../src/telemetry/ids.ts");
    expect(traceIdOf(SESSION, 0, 0)).toBe("a558a31087f621b0125c37b1c6dacad5");
    expect(traceIdOf(SESSION, "prompt")).toBe("f600d31072cfdee2ba7baa6229348746");
    expect(spanIdOf(SESSION, "turn", "prompt")).toBe("6f67c07a476205e5");
  });

  test("differ if any part of them differs, and if the parts are divided in another way", async () => {
    const { spanIdOf, traceIdOf } = await import("../../src/telemetry/ids.ts");
    const part = fc.string().filter((text) => !text.includes("\u0000"));
    const parts = fc.array(part, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b);
        expect(traceIdOf(SESSION, ...a) === traceIdOf(SESSION, ...b)).toBe(same);
      }),
    );
    const kinds = ["session", "summary", "turn", "request", "tool", "subagent", "compaction"] as const;
    expect(new Set(kinds.map((kind) => spanIdOf(SESSION, kind, "same"))).size).toBe(kinds.length);
  });

  test("are never all zeros, which is invalid", async () => {
    vi.doMock("../../src/sha256.ts", () => ({ sha256: () => "0".repeat(64) }));
    const { spanIdOf, traceIdOf } = await import("../../src/telemetry/ids.ts");
    expect(traceIdOf(SESSION, 0, 0)).toBe(`${"0".repeat(31)}1`);
    expect(spanIdOf(SESSION, "turn", "prompt")).toBe(`${"0".repeat(15)}1`);
  });
});
