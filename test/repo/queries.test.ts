import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** Native spans, and those of other programs, have the same GenAI attributes as ours. */
const OURS =
  /resource\.telemetry\.distro\.name = "ccotel"|span\.ccotel\.|event:name = "ccotel\.|name = "claude_code\./;

const markdown = (readdirSync("docs", { recursive: true }) as string[])
  .filter((name) => name.endsWith(".md"))
  .map((name) => join("docs", name));

test.each(["examples/grafana/ccotel-tempo.json", ...markdown])(
  "each query over spans in %s says that it means ours",
  (path) => {
    const text = readFileSync(path, "utf8").replaceAll('\\"', '"');
    // What is shown as wrong says so.
    const queries = [...text.matchAll(/\{ [^{}]*\bspan\.gen_ai\.[^{}]*\}(?! \| \S+ gave)[^\n]*/g)].map(
      ([query]) => query,
    );
    const wrong = queries.filter((query) => !OURS.test(query) && !query.includes("gave 0.00192"));
    expect(wrong).toEqual([]);
    if (path.endsWith(".json")) expect(queries.length).toBeGreaterThan(8);
  },
);

test("what the Collector sums up of spans is ours, and its files leave native spans out", () => {
  const folder = "collector-config/collector";
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  const summed = files.filter((text) => text.includes('span.attributes["gen_ai.usage.cost"]'));
  expect(summed.length).toBeGreaterThan(0);
  for (const text of summed)
    expect(text).toContain('resource.attributes["telemetry.distro.name"] == "ccotel"');
  const dropping = files.filter((text) => text.includes('scope.name == "com.anthropic.claude_code.tracing"'));
  expect(dropping.length).toBeGreaterThan(5);
});
