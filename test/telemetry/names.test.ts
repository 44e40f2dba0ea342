import * as conventions from "@opentelemetry/semantic-conventions/incubating";
import { describe, expect, test } from "vitest";
import { CCOTEL, GEN_AI, GEN_AI_USAGE_COST, NATIVE, OTEL } from "../../src/telemetry/semconv.ts";
import { spansOf } from "../support/read-files.ts";
import { kindOf, recordings } from "../support/recordings.ts";

const standard = new Set<unknown>(Object.values(conventions));

describe("attribute names", () => {
  test.each([...Object.values(GEN_AI), ...Object.values(OTEL)])(
    "%s is in the semantic conventions",
    (name) => {
      expect(standard).toContain(name);
    },
  );

  test("of ccotel begin with ccotel.", () => {
    for (const name of Object.values(CCOTEL)) expect(name).toMatch(/^ccotel\.[a-z0-9_.]+$/);
  });

  test("that the source calls not yet standard are not standard (if this fails, change them)", () => {
    for (const name of [GEN_AI_USAGE_COST, ...Object.values(NATIVE)]) expect(standard).not.toContain(name);
  });
});

describe("every recorded span", () => {
  const operations = { turn: "invoke_agent", subagent: "invoke_agent", tool: "execute_tool", chat: "chat" };
  const known = new Set<string>(
    [GEN_AI, OTEL, NATIVE, CCOTEL]
      .flatMap((names): string[] => Object.values(names))
      .concat(GEN_AI_USAGE_COST),
  );

  test.each(recordings())(
    "has the kind, operation and attribute names of the conventions: $name",
    (recording) => {
      for (const span of spansOf(recording, "session")) {
        const kind = kindOf(span);
        const { attributes } = span;
        expect(span.kind).toBe(kind === "chat" ? "client" : "internal");
        expect(attributes["gen_ai.operation.name"]).toBe((operations as Record<string, string>)[kind]);
        if (kind in operations && kind !== "tool")
          expect(attributes["gen_ai.provider.name"]).toBe("anthropic");
        expect(attributes["gen_ai.conversation.id"]).toBe(attributes["session.id"]);
        for (const name of Object.keys(attributes)) expect(known).toContain(name);
        // Backends add up the values of these attributes, so only requests may have them.
        if (kind !== "chat") {
          const summed = Object.keys(attributes).filter((name) => name.startsWith("gen_ai.usage."));
          expect(summed).toEqual([]);
        }
      }
    },
  );

  const DOUBLES = /cost|time_to_first|ratio|delay|waited/;

  test.each(recordings())(
    "has doubles for times, costs and ratios, integers for counts: $name",
    (recording) => {
      for (const span of spansOf(recording, "session")) {
        const all = [span, ...span.events, ...span.links].flatMap(({ attributes }) =>
          Object.entries(attributes),
        );
        for (const [name, value] of all) {
          if (typeof value === "number") expect(Number.isInteger(value), name).toBe(!DOUBLES.test(name));
        }
      }
    },
  );
});
