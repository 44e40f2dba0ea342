import { execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { collector, faults, spansOf } from "../support/otlp-server.ts";
import { program, type Ran, recording, root, temporaryFolder } from "../support/run-tool.ts";
import { writeTranscript } from "../support/transcripts/command-transcript.ts";

const RECORDED = 11;

test("view says that its port is in use, and exits", async () => {
  const { url } = await collector();
  const { port } = new URL(url);
  expect(await run(["view", recording, "--no-open", "--port", port], {})).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: `Port ${port} is in use.\nName another one with --port, or leave it out for a free one.\n`,
  });
});

test("with a Node that is too old, says which one it needs; the hook says nothing", () => {
  const preload = join(temporaryFolder(), "old.cjs");
  writeFileSync(preload, 'Object.defineProperty(process, "version", { value: "v18.20.8" });');
  const start = (command: string) => {
    const options = { env: { HOME: temporaryFolder() }, encoding: "utf8", input: "{}" } as const;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["-r", preload, program, command],
      options,
    );
    return { status, stdout, stderr };
  };
  expect(start("stats")).toEqual({
    status: 2,
    stdout: "",
    stderr: `ccotel needs Node 20.6 or newer, and this is v18.20.8 (${process.execPath}).\nInstall a newer Node, then run the command again.\n`,
  });
  expect(start("hook")).toEqual({ status: 0, stdout: "", stderr: "" });
});

test("in a pipe, the built program fits COLUMNS if it is set, and otherwise leaves out no column", () => {
  const heads = (env: NodeJS.ProcessEnv) => {
    const options = {
      env: { PATH: process.env.PATH, HOME: temporaryFolder(), ...env },
      encoding: "utf8",
    } as const;
    return execFileSync(
      process.execPath,
      [program, "stats", recording, "--by", "day,project"],
      options,
    ).split("\n")[0];
  };
  expect(heads({})).toMatch(
    /^DAY +PROJECT +SESSIONS .* CACHED +CACHE READ +CACHE WRITE +CALLS +FAILED +ACTIVE +COST$/,
  );
  expect(heads({ COLUMNS: "60" })).not.toContain("ACTIVE");
});

describe("the built program, with an empty environment", () => {
  it.each([
    { args: ["--version"], exitCode: 0, stdout: /^\d+\.\d+\.\d+\n$/ },
    { args: ["export", "--help"], exitCode: 0, stdout: /^ccotel export: sends sessions/ },
    { args: ["exprot"], exitCode: 2, stderr: /Did you mean ccotel export\?/ },
    { args: ["export", "RECORDING"], exitCode: 2, stderr: /^No endpoint is set/ },
    { args: ["export", "RECORDING", "--dry-run"], exitCode: 0, stdout: /^\{"resourceSpans":/ },
    {
      args: ["export", "RECORDING", "--endpoint", "URL"],
      exitCode: 0,
      stdout: /^Sent 11 spans/,
      arrived: RECORDED,
    },
    {
      args: ["export", "RECORDING"],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: "URL" },
      exitCode: 0,
      stdout: /^Sent 11 spans/,
      arrived: RECORDED,
    },
    {
      args: ["export", "RECORDING"],
      env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "URL/v1/traces", OTEL_EXPORTER_OTLP_COMPRESSION: "gzip" },
      exitCode: 0,
      arrived: RECORDED,
    },
    {
      args: ["export", "RECORDING", "--endpoint", "URL"],
      answer: faults.status(401),
      exitCode: 1,
      stderr: /^The export failed\. .*Check the token/,
    },
    {
      args: ["export", "RECORDING", "--endpoint", "URL/nowhere"],
      answer: faults.status(404),
      exitCode: 1,
      stderr: /does not accept telemetry at \/nowhere\/v1\/traces/,
    },
    {
      args: ["export", "RECORDING", "--endpoint", "URL"],
      answer: faults.status(413),
      exitCode: 1,
      stderr: /rejected the data with 413/,
    },
    {
      args: ["export", "RECORDING", "--endpoint", "URL"],
      answer: faults.partial(1, "no"),
      exitCode: 1,
      stderr: /did not keep 1 span/,
    },
    { args: ["show", "RECORDING"], exitCode: 0, stdout: /\nclaude_code\.session / },
    { args: ["show"], exitCode: 2, stderr: /No session belongs to/ },
  ])(
    "$args → $exitCode",
    async ({ args, env = {}, answer, exitCode, stdout = /^/, stderr = /^$/, arrived }) => {
      const { url, requests } = await collector(answer);
      const filled = (text: string) => text.replace("URL", url).replace("RECORDING", recording);
      const variables = Object.entries(env).map(([name, value]) => [name, filled(String(value))]);
      const ran = await run(args.map(filled), Object.fromEntries(variables));
      expect(ran.stderr).toMatch(stderr);
      expect(ran.stdout).toMatch(stdout);
      expect(ran.exitCode).toBe(exitCode);
      if (answer === undefined) expect(spansOf(...requests)).toHaveLength(arrived ?? 0);
    },
  );

  it("fails and says what to do when nothing listens at the endpoint", async () => {
    const { exitCode, stderr } = await run(["export", recording, "--endpoint", "http://127.0.0.1:9"], {});
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      "Nothing listens at http://127.0.0.1:9 (connection refused). Start the collector",
    );
  });

  it("exits with 0 and prints no error when the reader closes the pipe", async () => {
    const path = writeTranscript(temporaryFolder(), 3000);
    const child = spawn(process.execPath, [program, "export", path, "--dry-run"], { env: {} });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.stdout.once("data", () => child.stdout.destroy());
    const exitCode = await new Promise((resolve) => child.on("close", resolve));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  });
});

test("configure writes relative folders as full paths into the settings, and uninstall works from any folder", async () => {
  const home = temporaryFolder();
  const configDir = join(home, "claude");
  const [work, elsewhere] = [join(home, "work"), join(home, "elsewhere")];
  for (const folder of [work, elsewhere, configDir]) mkdirSync(folder);
  const settings = join(configDir, "settings.json");
  writeFileSync(settings, '{ "model": "opus" }');
  const places = { HOME: home, CLAUDE_CONFIG_DIR: "../claude", CCOTEL_HOME: "state" };
  const flags = ["--endpoint", "http://127.0.0.1:9", "--yes", "--no-check"];
  expect(await run(["configure", ...flags], places, work)).toMatchObject({ exitCode: 0 });
  const { env, hooks } = JSON.parse(readFileSync(settings, "utf8"));
  expect(env.CCOTEL_HOME).toBe(join(work, "state"));
  expect(JSON.stringify(hooks)).toContain(join(work, "state/bin/hook.sh"));
  const full = { HOME: home, CLAUDE_CONFIG_DIR: configDir };
  expect(await run(["uninstall", "--yes", "--purge"], full, elsewhere)).toMatchObject({ exitCode: 0 });
  expect(readFileSync(settings, "utf8")).toBe('{ "model": "opus" }');
  expect(existsSync(join(work, "state"))).toBe(false);
});

function run(args: string[], env: Record<string, string>, cwd = root): Promise<Ran> {
  const home = temporaryFolder();
  const world = { cwd, env: env.HOME ? env : { HOME: home, CCOTEL_HOME: join(home, "state"), ...env } };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [program, ...args], world, (_, stdout, stderr) =>
      resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
