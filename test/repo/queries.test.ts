import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** What limits a query to ccotel's spans. Native spans and those of other programs have the same GenAI attributes. */
const LIMITED =
  /resource\.telemetry\.distro\.name = "ccotel"|span\.ccotel\.|event:name = "ccotel\.|name = "claude_code\./;

const markdown = (readdirSync("docs", { recursive: true }) as string[])
  .filter((name) => name.endsWith(".md"))
  .map((name) => join("docs", name));

test.each(["examples/grafana/ccotel-tempo.json", ...markdown])(
  "each query over spans in %s is limited to ccotel's spans",
  (path) => {
    const text = readFileSync(path, "utf8").replaceAll('\\"', '"');
    // The page says of a wrong query what it gave.
    const queries = [...text.matchAll(/\{ [^{}]*\bspan\.gen_ai\.[^{}]*\}(?! \| \S+ gave)[^\n]*/g)].map(
      ([query]) => query,
    );
    const wrong = queries.filter((query) => !LIMITED.test(query) && !query.includes("gave 0.00192"));
    expect(wrong).toEqual([]);
    if (path.endsWith(".json")) expect(queries.length).toBeGreaterThan(8);
  },
);

test("the Collector's configurations sum only ccotel's spans, and drop native spans", () => {
  const folder = "collector-config/collector";
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  const summed = files.filter((text) => text.includes('span.attributes["gen_ai.usage.cost"]'));
  expect(summed.length).toBeGreaterThan(0);
  for (const text of summed)
    expect(text).toContain('resource.attributes["telemetry.distro.name"] == "ccotel"');
  const dropping = files.filter((text) => text.includes('scope.name == "com.anthropic.claude_code.tracing"'));
  expect(dropping.length).toBeGreaterThan(5);
});
