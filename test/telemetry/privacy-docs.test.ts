import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Dialect } from "../../src/choices.ts";
import { PRESETS } from "../../src/settings/presets/presets.ts";
import type { ContentPolicy } from "../../src/telemetry/content/policy.ts";
import { dialectResource, inDialect } from "../../src/telemetry/dialects/dialect.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { policy } from "../support/policies.ts";
import { readWhole } from "../support/read-files.ts";
import { recordings, sessionIdOf, transcriptsOf } from "../support/recordings.ts";

const privacy = readFileSync("docs/use/privacy.md", "utf8");
const dialects = readFileSync("docs/reference/dialects.md", "utf8");
const paths = recordings().flatMap(transcriptsOf);

function spansAt(path: string, content: ContentPolicy): Span[] {
  const pieces = readWhole(path, { keep: content.level });
  return toSpans(pieces, { sessionId: sessionIdOf(path), scope: "session", content });
}

/** Names in the first column of the tables of a section. */
function listed(page: string, heading: string): string[] {
  const section = page.split(/^#{2,3} /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  return [...new Set([...section.matchAll(/^\| `([a-z_0-9.]+)`/gm)].map(([, name = ""]) => name))].sort();
}

/** Names that spans have at one level and not at another, over all recordings. */
function addedNames(level: "details" | "full", before: "none" | "details"): string[] {
  const names = (content: ContentPolicy) =>
    new Set(
      paths.flatMap((path) => spansAt(path, content)).flatMap(({ attributes }) => Object.keys(attributes)),
    );
  const known = names(policy(before));
  return [...names(policy(level))].filter((name) => !known.has(name)).sort();
}

describe("docs/use/privacy.md", () => {
  test("lists what level details adds", () => {
    expect(listed(privacy, "details")).toEqual(addedNames("details", "none"));
  });

  test("lists what level full adds", () => {
    expect(listed(privacy, "full")).toEqual(addedNames("full", "details"));
  });
});

describe("docs/reference/dialects.md", () => {
  const spans = paths.flatMap((path) => spansAt(path, policy("full")));

  test.each(["jaeger", "openinference", "mlflow", "langfuse", "langsmith"] as Dialect[])(
    "lists what %s adds",
    (dialect) => {
      const added = spans.flatMap((span) => {
        const names = Object.keys(inDialect(span, dialect).attributes);
        return names.filter((name) => !(name in span.attributes));
      });
      const names = [...added, ...Object.keys(dialectResource(dialect, "an-id"))];
      expect(listed(dialects, dialect)).toEqual([...new Set(names)].sort());
    },
  );

  test("lists the presets of each dialect", () => {
    const rows = [...dialects.matchAll(/^\| `([a-z]+)` +\| ([a-z, -]+?) +\|/gm)]
      .filter(([, dialect]) => dialect !== "none")
      .map(([, dialect = "", presets = ""]) => [dialect, presets.split(", ").sort()]);
    const named = (dialect: string) => PRESETS.filter((preset) => preset.dialect === dialect);
    const used = new Set(PRESETS.map(({ dialect }) => dialect as string).filter((one) => one !== "none"));
    expect(Object.fromEntries(rows)).toEqual(
      Object.fromEntries(
        [...used].map((one) => [
          one,
          named(one)
            .map(({ name }) => name)
            .sort(),
        ]),
      ),
    );
  });
});
