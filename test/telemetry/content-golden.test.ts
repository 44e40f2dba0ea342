import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Attributes, Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { POLICIES } from "../support/policies.ts";
import { readWhole } from "../support/read-files.ts";
import { recording, sessionIdOf, transcriptsOf } from "../support/recordings.ts";
import { drawSpans } from "../support/span-tree.ts";

/**
 * Recordings that have each kind of content: tools and errors, an agent, a skill, commands, thinking, a failed request,
 * pull requests, titles, a slug, a plugin's skill.
 */
const NAMES = [
  "02-tools",
  "03-subagent-foreground",
  "skill-tool",
  "slash-command",
  "06-thinking",
  "05-fatal-400",
  "commits",
  "work",
  "titles",
  "tui-plan",
  "attribution",
];

const GOLDEN = join(import.meta.dirname, "../../fixtures/content");

function spansAt(name: string, level: keyof typeof POLICIES): Span[] {
  const content = POLICIES[level] as (typeof POLICIES)[string];
  return transcriptsOf(recording(name)).flatMap((path) => {
    const pieces = readWhole(path, { keep: content.level });
    return toSpans(pieces, { sessionId: sessionIdOf(path), scope: "session", content });
  });
}

describe("a recorded session at each level matches its golden file (vitest -u updates it)", () => {
  describe.each(NAMES)("%s", (name) => {
    test.each(Object.keys(POLICIES).filter((level) => level !== "none"))("%s", async (level) => {
      const drawn = drawSpans(spansAt(name, level).map(onlyContent(spansAt(name, "none"))));
      await expect(drawn).toMatchFileSnapshot(join(GOLDEN, name, `${level}.txt`));
    });
  });

  test("at level none, no span has an attribute with content", () => {
    for (const name of NAMES) {
      for (const span of spansAt(name, "none")) {
        expect(span.statusMessage).toBeUndefined();
        const content =
          /messages|call\.(arguments|result)|description|file_path|bash_argv0|skill_name|command_name|url|title|slug|plugin|vcs\.change/;
        expect(Object.keys(span.attributes).filter((key) => content.test(key))).toEqual([]);
      }
    }
  });
});

/** Leaves the span only the attributes that the content level adds. */
function onlyContent(without: Span[]): (span: Span, index: number) => Span {
  return (span, index) => {
    const before: Attributes = without[index]?.attributes ?? {};
    const entries = Object.entries(span.attributes);
    for (const [key, value] of Object.entries(before)) expect(span.attributes[key]).toEqual(value);
    return {
      ...span,
      attributes: Object.fromEntries(entries.filter(([key]) => !(key in before))),
      events: [],
      links: [],
    };
  };
}
