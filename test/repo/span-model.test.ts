import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CCOTEL, GEN_AI, GEN_AI_USAGE_COST, NATIVE, OTEL } from "../../src/telemetry/semconv.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { readWhole } from "../support/read-files.ts";
import { recordings, sessionIdOf, transcriptsOf } from "../support/recordings.ts";
import { usualName } from "../support/span-names.ts";

const page = readFileSync("docs/reference/spans.md", "utf8");
const names = [
  ...Object.values({ ...GEN_AI }),
  GEN_AI_USAGE_COST,
  ...Object.values({ ...OTEL }),
  ...Object.values({ ...NATIVE }),
  ...Object.values({ ...CCOTEL }),
] as string[];

describe("docs/reference/spans.md", () => {
  it.each(names)("describes %s", (name) => {
    // Not toContain: it would print the whole page.
    expect(page.includes(`\`${name}\``)).toBe(true);
  });

  it("describes no unknown attribute", () => {
    const described = [...page.matchAll(/^\| `([a-z_0-9.]+)` +\|/gm)].map(([, name = ""]) => name);
    const links = [
      "previous_run",
      "previous_part",
      "next_part",
      "forked_from",
      "previous_turn",
      "cleared_from",
      "rewound",
    ];
    const known = new Set([...names, ...links, "inbound", "native_interaction"]);
    expect(described.filter((name) => !known.has(name))).toEqual([]);
  });

  it("lists all attributes of the recordings' spans in the section of their kind", () => {
    const missing = new Set<string>();
    for (const span of allSpans()) {
      const kind = sectionOf(span);
      const listed = new Set(["Attributes of every span", kind, ...more[kind]].flatMap(attributesIn));
      for (const name of Object.keys(span.attributes)) if (!listed.has(name)) missing.add(`${kind}: ${name}`);
    }
    expect([...missing]).toEqual([]);
  });

  it("lists each link", () => {
    const relations = new Set(
      allSpans().flatMap(({ links }) => links.map((link) => link.attributes[CCOTEL.relation])),
    );
    expect(relations.size).toBeGreaterThan(2);
    for (const relation of relations) expect(page).toMatch(new RegExp(`^\\| \`${relation}\` +\\|`, "m"));
  });
});

describe("collector-config/collector/redaction.yaml", () => {
  const text = readFileSync("collector-config/collector/redaction.yaml", "utf8");
  const [, list = ""] = /redaction\/known-span-names:.*?allowed_keys:\n(.*?)\n\n/s.exec(text) ?? [];
  const passing = new Set([...list.matchAll(/^ +- (.+)$/gm)].map(([, name]) => name));
  /** Names in the tables of a part of spans.md. */
  const namesIn = (part: string) => [...part.matchAll(/^\| `([a-z_0-9.]+)` +\|/gm)].map(([, name]) => name);
  const [bare = "", content = ""] = page.split("\n## Content\n");
  const attributes = new Set<string | undefined>(names);
  const isContent = new Set(namesIn(content));
  const carried = namesIn(bare).filter((name) => attributes.has(name) && !isContent.has(name));

  it("passes every attribute without content except the user id", () => {
    expect(carried.length).toBeGreaterThan(90);
    expect(carried.filter((name) => !passing.has(name))).toEqual([OTEL.userId]);
  });

  it("passes no attribute with content", () => {
    expect([...isContent].filter((name) => passing.has(name))).toEqual([]);
  });
});

type Section = "Session" | "Summary" | "Turn" | "LLM request" | "Tool call" | "Subagent" | "Compaction";

/** Other sections whose tables apply to a section. */
const more: Record<Section, string[]> = {
  Session: [],
  Summary: ["Session", "Sums"],
  Turn: ["Sums"],
  "LLM request": [],
  "Tool call": [],
  Subagent: ["Sums"],
  Compaction: [],
};

function sectionOf(span: Span): Section {
  const name = usualName(span.name);
  if (name === "claude_code.session") return "Session";
  if (name === "claude_code.session.summary") return "Summary";
  if (name === "claude_code.compaction") return "Compaction";
  if (name === "invoke_agent claude-code") return "Turn";
  if (name.startsWith("chat ")) return "LLM request";
  return name.startsWith("execute_tool ") ? "Tool call" : "Subagent";
}

function attributesIn(section: string): string[] {
  const text = page.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? "";
  return [...text.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, name = ""]) => name);
}

function allSpans(): Span[] {
  return recordings()
    .flatMap(transcriptsOf)
    .flatMap((path) => [
      ...toSpans(readWhole(path, { maxSpansPerTrace: 10 }), {
        sessionId: sessionIdOf(path),
        scope: "session",
      }),
      ...toSpans(readWhole(path), { sessionId: sessionIdOf(path), scope: "turn" }),
    ]);
}
