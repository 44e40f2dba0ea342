// The built program: a command uses the compiled code that an earlier run of it has kept.

import { execFile } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { findAllSessions } from "../../src/files/find-sessions.ts";
import { homeOfRecordings } from "../support/home-of-recordings.ts";
import { collector } from "../support/otlp-server.ts";
import { program, temporaryFolder } from "../support/run-tool.ts";

/** A home with two sessions, and the built program alone in a folder. */
function machine() {
  const home = homeOfRecordings("02-tools", "07-mcp");
  const state = join(home, ".ccotel");
  const dist = join(temporaryFolder(), "dist");
  mkdirSync(dist);
  const built = join(program, "..");
  for (const name of readdirSync(built).filter((name) => name.endsWith(".cjs")))
    copyFileSync(join(built, name), join(dist, name));
  const run = (argv: readonly string[], more: Record<string, string> = {}) =>
    new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      const env = { HOME: home, CLAUDE_CONFIG_DIR: join(home, ".claude"), ...more };
      execFile(
        process.execPath,
        [join(dist, "ccotel.cjs"), ...argv],
        { env, cwd: home },
        (error, stdout, stderr) => resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
      );
    });
  const [session = { path: "" }] = findAllSessions({ configDir: join(home, ".claude"), cwd: home });
  return { home, state, dist, run, transcript: session.path };
}

/** The files of kept code with their inodes, which a new file in the same place does not have. */
function kept(state: string, command: string): Record<string, number> {
  const folder = join(state, "code", command);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return Object.fromEntries(names.map((name) => [name, lstatSync(join(folder, name)).ino]));
}

describe("the compiled code of a command", () => {
  test("is readable only by its owner, and the next run uses it", async () => {
    const { state, run } = machine();
    const first = await run(["stats"]);
    expect(first).toMatchObject({ code: 0, stderr: "" });
    const files = kept(state, "stats");
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining(["ccotel-main.cache", "ccotel-base.cache", "ccotel-summaries.cache"]),
    );
    expect(statSync(join(state, "code", "stats")).mode & 0o777).toBe(0o700);
    expect(statSync(join(state, "code", "stats", "ccotel-base.cache")).mode & 0o777).toBe(0o600);
    expect(await run(["stats"])).toEqual(first);
    expect(kept(state, "stats")).toEqual(files);
  });

  test("is used even if V8 flags change during the run, as they do when one session has grown", async () => {
    const { state, run, transcript } = machine();
    for (let at = 0; at < 2; at++) {
      await run(["stats"]);
      appendFileSync(transcript, "\n");
    }
    const files = kept(state, "stats");
    expect(await run(["stats"])).toMatchObject({ code: 0, stderr: "" });
    expect(kept(state, "stats")).toEqual(files);
  });

  test.each(["stats", "sessions", "export"])(
    "is kept by a first %s that reads so much that V8 flags change, and the next run uses it",
    async (command) => {
      const { url } = await collector();
      const { state, run, transcript } = machine();
      const text = readFileSync(transcript, "utf8");
      const id = basename(transcript, ".jsonl");
      for (let at = 10; at * text.length < 10 * text.length + 4_000_000; at++) {
        const other = `${id.slice(0, -2)}${at}`;
        const copy = text.replaceAll(id, other).replaceAll(/"uuid":"..../g, `"uuid":"aa${at}`);
        writeFileSync(join(dirname(transcript), `${other}.jsonl`), copy);
      }
      const argv = command === "export" ? [command, "--all"] : [command];
      expect((await run(argv, { CCOTEL_ENDPOINT: url })).code).toBe(0);
      const files = kept(state, command);
      expect(Object.keys(files)).toContain("ccotel-history.cache");
      appendFileSync(transcript, "\n");
      expect((await run(argv, { CCOTEL_ENDPOINT: url })).code).toBe(0);
      // What is not usable is written again.
      expect(kept(state, command)).toMatchObject(files);
    },
  );

  test.each(["show", "stats", "sessions", "errors", "insights", "audit", "export"])(
    "is complete after the second run of %s",
    async (command) => {
      const { url } = await collector();
      const { state, run, transcript } = machine();
      const targets: Record<string, string> = { show: transcript, audit: transcript, export: "--all" };
      const argv = [command, targets[command]].filter((arg) => arg !== undefined);
      const env = { CCOTEL_ENDPOINT: url };
      await run(["stats"]);
      await run(argv, env);
      const second = await run(argv, env);
      const files = kept(state, command);
      expect(Object.keys(files).length).toBeGreaterThan(2);
      expect(await run(argv, env)).toEqual(second);
      expect(kept(state, command)).toEqual(files);
    },
  );

  test.each([
    ["sessions", ["sessions", "stats"]],
    ["sessions anything", ["export", "history", "searched", "sessions", "stats", "summaries"]],
  ])("is only that of the files that ccotel %s needs if the history is known", async (line, files) => {
    const { state, run } = machine();
    await run(["sessions"]);
    rmSync(join(state, "code"), { recursive: true });
    await run(line.split(" "));
    const names = ["base", "main", ...files].map((file) => `ccotel-${file}.cache`);
    expect(Object.keys(kept(state, "sessions")).sort()).toEqual(names.sort());
  });

  test.each([
    "--version",
    "--help",
    "stats --help",
    "stats --by nonsense",
    "export --all --dry-run",
    "status",
  ])("is not kept by ccotel %s", async (line) => {
    const { state, run } = machine();
    await run(["stats"]);
    rmSync(join(state, "code"), { recursive: true });
    await run(line.split(" "));
    expect(existsSync(join(state, "code"))).toBe(false);
  });

  test("is kept in the state folder that CCOTEL_HOME names, and not at all if no state folder exists", async () => {
    const { home, state, run } = machine();
    const CCOTEL_HOME = join(home, "elsewhere");
    expect(await run(["stats"], { CCOTEL_HOME })).toMatchObject({ code: 0, stderr: "" });
    expect(Object.keys(kept(CCOTEL_HOME, "stats")).length).toBeGreaterThan(2);
    expect(existsSync(state)).toBe(false);
    const empty = temporaryFolder();
    await run(["stats"], { HOME: empty, CLAUDE_CONFIG_DIR: empty });
    expect(readdirSync(empty)).toEqual([]);
  });

  const DAMAGE: Record<string, (file: string, dist: string) => void> = {
    "cut short": (file) => truncateSync(file, 5000),
    empty: (file) => writeFileSync(file, ""),
    "changed in the middle": (file) => {
      const bytes = readFileSync(file);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 0xff;
      writeFileSync(file, bytes);
    },
    "from another version of the same size": (_, dist) => {
      const bundle = join(dist, "ccotel-base.cjs");
      const text = readFileSync(bundle, "latin1");
      const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
      expect(text).toContain(`"${version}"`);
      writeFileSync(bundle, text.replaceAll(`"${version}"`, `"${version.replace(/\d$/, "9")}"`), "latin1");
    },
    "writable by others": (file) => chmodSync(file, 0o666),
    "a folder": (file) => {
      rmSync(file);
      mkdirSync(file);
    },
    "a link to a device": (file) => {
      rmSync(file);
      symlinkSync("/dev/zero", file);
    },
    "a link to nowhere": (file) => {
      rmSync(file);
      symlinkSync("/nowhere/at/all", file);
    },
  };

  test.each(Object.keys(DAMAGE))(
    "is not used and is compiled again if one of its files is %s",
    async (kind) => {
      const { state, dist, run } = machine();
      const first = await run(["stats", "--json"]);
      const base = join(state, "code", "stats", "ccotel-base.cache");
      DAMAGE[kind]?.(base, dist);
      const before = kept(state, "stats")["ccotel-stats.cache"];
      expect(await run(["stats", "--json"])).toEqual(first);
      const files = kept(state, "stats");
      expect(files["ccotel-stats.cache"]).not.toBe(before);
      expect(statSync(base)).toMatchObject({ ino: files["ccotel-base.cache"] });
      expect(statSync(base).isFile()).toBe(true);
      expect(await run(["stats", "--json"])).toEqual(first);
      expect(kept(state, "stats")).toEqual(files);
    },
  );

  test("is not needed: a command prints the same if a file is in the place of the folder", async () => {
    const { state, run } = machine();
    const first = await run(["stats"]);
    rmSync(join(state, "code"), { recursive: true });
    writeFileSync(join(state, "code"), "");
    expect(await run(["stats"])).toEqual(first);
    expect(await run(["stats"])).toEqual(first);
  });
});
