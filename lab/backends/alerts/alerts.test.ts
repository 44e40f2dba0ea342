import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { generatedFiles } from "../../../examples/grafana/src/files.ts";
import { has, pathOf } from "../support/programs.ts";
import { ROOT } from "../support/tool.ts";

const FOLDER = join(ROOT, "examples/alerts");
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".yaml"));
const TESTS = FILES.filter((name) => name.endsWith(".test.yaml"));
const RULES = FILES.filter((name) => Object.hasOwn(generatedFiles(), `examples/alerts/${name}`));

test.each(Object.keys(generatedFiles()))("%s is as `npm run dashboards` writes it", (path) => {
  expect(readFileSync(join(ROOT, path), "utf8")).toBe(generatedFiles()[path]);
});

test("rules, alerts and the queries in alerts' texts use no increase() or rate()", () => {
  for (const name of RULES) {
    const queries = readFileSync(join(FOLDER, name), "utf8").replaceAll(/^ *#.*/gm, "");
    expect(queries).not.toMatch(/\b(increase|i?rate|i?delta|resets)\s*\(/);
  }
});

const ALERTS = readFileSync(join(FOLDER, "ccotel-alerts.yaml"), "utf8")
  .split("      - alert: ")
  .slice(1)
  .map((text) => ({
    name: /^\w+/.exec(text)?.[0] ?? "",
    severity: /severity: "(\w+)"/.exec(text)?.[1],
    text,
  }));

describe.each(ALERTS)("$name ($severity)", ({ name, severity, text }) => {
  test("says what, how much, where, and what to do next", () => {
    for (const annotation of ["summary", "description", "next"]) expect(text).toContain(`${annotation}: "`);
    expect(text).toMatch(/\$(value|labels)/);
  });

  test("has a heading in docs/operate/alerts.md, which its message names", () => {
    expect(text).toContain(`runbook: "docs/operate/alerts.md#${name.toLowerCase()}"`);
    expect(readFileSync(join(ROOT, "docs/operate/alerts.md"), "utf8")).toContain(`\n## ${name}\n`);
  });

  test("has a test that it fires, and one that it does not", () => {
    const tests = TESTS.map((file) => readFileSync(join(FOLDER, file), "utf8")).join("\n");
    const cases = tests.split("      - alertname: ").filter((one) => one.startsWith(`${name}\n`));
    const fires = (one: string) => one.includes(`severity: ${severity}`);
    expect(cases.some(fires)).toBe(true);
    expect(cases.some((one) => !fires(one))).toBe(true);
  });
});

describe.skipIf(!has("promtool"))("promtool", () => {
  test.each(RULES)("accepts %s", async (name) => {
    await promtool("check", "rules", "--lint=all", "--lint-fatal", name);
  });

  test.each(TESTS)("passes the tests of %s", async (name) => {
    await promtool("test", "rules", name);
  });

  test.each(RULES)("has tests for %s", (name) => {
    expect(TESTS).toContain(name.replace(".yaml", ".test.yaml"));
  });
});

async function promtool(...args: string[]): Promise<void> {
  const ran = promisify(execFile)(pathOf("promtool"), args, { cwd: FOLDER });
  await ran.catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`promtool ${args.join(" ")}:\n${error.stdout}${error.stderr}`);
  });
}
