import * as conventions from "@opentelemetry/semantic-conventions/incubating";
import { describe, expect, test } from "vitest";
import { CCOTEL, GEN_AI, GEN_AI_USAGE_COST, NATIVE, OTEL } from "../../src/telemetry/semconv.ts";
import { spansOf } from "../support/read-files.ts";
import { kindOf, recordings } from "../support/recordings.ts";

const standard = new Set<unknown>(Object.values(conventions));

describe("attribute names", () => {
  test.each([...Object.values(GEN_AI), ...Object.values(OTEL)])("%s is one of the conventions'", (name) => {
    expect(standard).toContain(name);
  });

  test("of our own stand under our prefix", () => {
    for (const name of Object.values(CCOTEL)) expect(name).toMatch(/^ccotel\.[a-z0-9_.]+$/);
  });

  test("are not standard where the comment says that they are not yet: then it is time to change it", () => {
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

  test.each(recordings())("is what the conventions call it: $name", (recording) => {
    for (const span of spansOf(recording, "session")) {
      const kind = kindOf(span);
      const { attributes } = span;
      expect(span.kind).toBe(kind === "chat" ? "client" : "internal");
      expect(attributes["gen_ai.operation.name"]).toBe((operations as Record<string, string>)[kind]);
      if (kind in operations && kind !== "tool") expect(attributes["gen_ai.provider.name"]).toBe("anthropic");
      expect(attributes["gen_ai.conversation.id"]).toBe(attributes["session.id"]);
      for (const name of Object.keys(attributes)) expect(known).toContain(name);
      // Backends sum what they find under these names: only requests may have them.
      if (kind !== "chat") {
        const summed = Object.keys(attributes).filter((name) => name.startsWith("gen_ai.usage."));
        expect(summed).toEqual([]);
      }
    }
  });

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
