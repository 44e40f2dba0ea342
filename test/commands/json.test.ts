import { execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commands } from "../../src/commands/table.ts";
import { homeOfRecordings } from "../support/home-of-recordings.ts";
import { program, recording, root, runTool, temporaryFolder } from "../support/run-tool.ts";

/** Commands that Claude Code runs. Their input and output have Claude Code's formats. */
const OF_THE_CLIENT = ["hook", "statusline"];

/** The JSON that a command of the built program prints on stdout. Everything else is on stderr. */
function jsonOf(args: readonly string[], home = temporaryFolder()): Record<string, unknown>[] {
  const env = { PATH: process.env.PATH ?? "", HOME: home };
  const { stdout } = spawnSync(process.execPath, [program, ...args, "--json"], { env, encoding: "utf8" });
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe.each(commands.filter(({ name }) => !OF_THE_CLIENT.includes(name)))("ccotel $name", (command) => {
  it("has --json and an example in its help", () => {
    expect(command.flags.map(({ name }) => name)).toContain("json");
    expect(command.usage.join()).toContain("--json");
    expect(command.examples.length).toBeGreaterThan(0);
  });
});

it("export --json reports the spans sent to each destination, and the error", () => {
  const [result] = jsonOf(["export", recording, "--endpoint", "http://127.0.0.1:1"]);
  expect(result).toMatchObject({ schema: 1, endpoint: "http://127.0.0.1:1/v1/traces", spansSent: 0 });
  expect(result?.error).toContain("Nothing listens");
});

it("demo --json prints each span that arrived", () => {
  const spans = jsonOf(["demo"]);
  expect(spans).toHaveLength(11);
  expect(spans[0]).toMatchObject({ schema: 1, name: "claude_code.session acme-shop" });
});

it("view --json prints the path of the file that it wrote", () => {
  const path = join(temporaryFolder(), "session.html");
  expect(jsonOf(["view", recording, "--out", path])).toMatchObject([{ schema: 1, path }]);
  expect(existsSync(path)).toBe(true);
});

it("view --json prints the address of its page", async () => {
  const env = { PATH: process.env.PATH ?? "", HOME: temporaryFolder() };
  const child = spawn(process.execPath, [program, "view", recording, "--no-open", "--json"], { env });
  const line = await new Promise<string>((resolve) =>
    child.stdout.once("data", (data) => resolve(`${data}`)),
  );
  child.kill();
  expect(JSON.parse(line)).toMatchObject({
    schema: 1,
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\//),
  });
});

it("has costs in whole micro-dollars in the JSON of each command, beside those with fractions", async () => {
  const homeDir = homeOfRecordings("04-compact-auto");
  const jsonOf = async (...args: string[]) =>
    JSON.parse((await runTool([...args, "--json"], { homeDir, cwd: join(homeDir, ".claude") })).stdout);
  const { total, hiddenMicroUsd } = await jsonOf("stats");
  const { costMicroUsd } = total;
  expect(costMicroUsd).toBeGreaterThan(0);
  expect(await jsonOf("sessions")).toMatchObject({ costMicroUsd, costUsd: costMicroUsd / 1e6 });
  const { totals } = await jsonOf("show", "projects");
  expect(totals).toMatchObject({ costMicroUsd, hiddenMicroUsd, costUsd: costMicroUsd / 1e6 });
  const models: { costMicroUsd: number }[] = totals.models;
  expect(models.reduce((sum, model) => sum + model.costMicroUsd, 0)).toBe(costMicroUsd);
});

describe("the JSON has the version of its form", () => {
  it.each([
    ["show", [recording]],
    ["stats", []],
    ["stats", ["--by", "block"]],
    ["sessions", []],
    ["errors", []],
    ["errors", ["--by", "tool"]],
    ["audit", [recording]],
    ["status", []],
    ["doctor", ["--no-send"]],
    ["configure", ["--preset", "generic", "--endpoint", "http://127.0.0.1:9", "--no-check", "--dry-run"]],
  ])("of %s %j", async (command, args) => {
    const homeDir = temporaryFolder();
    cpSync(join(root, "examples/demo"), join(homeDir, ".claude"), { recursive: true });
    const { stdout } = await runTool([command, ...args, "--json"], { homeDir });
    const values = stdout.startsWith("{\n") ? [stdout] : stdout.trimEnd().split("\n");
    const schema = command === "stats" ? 2 : 1;
    for (const value of values) expect(JSON.parse(value)).toMatchObject({ schema });
  });
});

it("uninstall --json prints what it restored and removed", () => {
  const home = temporaryFolder();
  const env = { PATH: process.env.PATH ?? "", HOME: home };
  const setup = [
    "configure",
    "--preset",
    "generic",
    "--endpoint",
    "http://127.0.0.1:1",
    "--yes",
    "--no-check",
  ];
  execFileSync(process.execPath, [program, ...setup], { env, stdio: "ignore" });
  expect(jsonOf(["uninstall", "--yes"], home)).toEqual([
    {
      schema: 1,
      restored: [join(home, ".claude", "settings.json")],
      removed: [join(home, ".ccotel", "bin")],
      leftAlone: [],
    },
  ]);
  expect(jsonOf(["uninstall", "--yes"], home)).toEqual([
    { schema: 1, restored: [], removed: [], leftAlone: [] },
  ]);
});
