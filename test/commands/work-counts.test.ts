import fs, {
  appendFileSync,
  copyFileSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { basename, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { findAllSessions } from "../../src/files/find-sessions.ts";
import { newReadState } from "../../src/files/read-state.ts";
import { countReads } from "../support/count-reads.ts";
import { homeOfRecordings, homeOfTwoSessions } from "../support/home-of-recordings.ts";
import { collector } from "../support/otlp-server.ts";
import { readOn } from "../support/read-files.ts";
import { runTool, temporaryFolder } from "../support/run-tool.ts";
import { scriptSession } from "../support/transcripts/scripted-files.ts";
import { SESSION_ID, textOf, turnWithOutput } from "../support/transcripts/scripted-session.ts";
import { PROJECT, Session, START_MS, writeStore } from "../support/transcripts/store.ts";

describe("a second run without anything new", () => {
  test.each([
    ["stats", ["stats"]],
    ["export --all", ["export", "--all"]],
  ])("of %s opens no transcript and parses no line of one", async (_, argv) => {
    const { url } = await collector();
    const homeDir = homeOfTwoSessions();
    const env = { CCOTEL_ENDPOINT: url };
    const reads = countReads();
    const parse = vi.spyOn(JSON, "parse");
    const linesParsed = () =>
      parse.mock.calls.filter(([text]) => String(text).includes('"parentUuid"')).length;

    expect((await runTool(argv, { homeDir, env })).exitCode).toBe(0);
    expect(reads.opened(".jsonl").length).toBeGreaterThan(0);
    expect(linesParsed()).toBeGreaterThan(0);

    reads.reset();
    parse.mockClear();
    expect((await runTool(argv, { homeDir, env })).exitCode).toBe(0);
    expect(reads.opened(".jsonl")).toEqual([]);
    expect(linesParsed()).toBe(0);
    parse.mockRestore();
  });
});

test.each([
  ["stats", ["stats"]],
  ["export --all", ["export", "--all"]],
])(
  "a first %s makes no exception for each session: one costs as much as reading a few rows",
  async (_, argv) => {
    const { url } = await collector();
    const failed = countFailures();
    const failuresWith = async (...recordings: string[]) => {
      const before = failed();
      const homeDir = homeOfRecordings(...recordings);
      expect((await runTool(argv, { homeDir, env: { CCOTEL_ENDPOINT: url } })).exitCode).toBe(0);
      return failed() - before;
    };
    const withOne = await failuresWith("02-tools");
    expect(await failuresWith("02-tools", "06-thinking", "07-mcp", "04-compact-auto")).toBe(withOne);
  },
);

/** Wraps Node's own functions. Returns a function that gives the number of calls that have failed. */
function countFailures(): () => number {
  let failures = 0;
  const { openSync, statSync: stat, readdirSync } = fs;
  const noting =
    (call: unknown) =>
    (...args: unknown[]) => {
      try {
        return (call as (...args: unknown[]) => unknown)(...args);
      } catch (error) {
        failures++;
        throw error;
      }
    };
  Object.assign(fs, {
    openSync: noting(openSync),
    statSync: noting(stat),
    readdirSync: noting(readdirSync),
  });
  syncBuiltinESMExports();
  onTestFinished(() => {
    Object.assign(fs, { openSync, statSync: stat, readdirSync });
    syncBuiltinESMExports();
  });
  return () => failures;
}

test("stats opens only the session that has grown", async () => {
  // The copies are newer than their rows, so ccotel cannot exclude that they are forks.
  const homeDir = homeOfRecordings("02-tools", "06-thinking", "07-mcp", "04-compact-auto");
  const grown = findAllSessions({ configDir: join(homeDir, ".claude"), cwd: homeDir })[1]!.path;
  const reads = countReads();
  const statsOnceGrown = async () => {
    // A process caches the files of one home at a time. Read another home to empty the cache.
    await runTool(["stats"], { homeDir: homeOfTwoSessions() });
    appendFileSync(grown, "\n");
    reads.reset();
    expect((await runTool(["stats"], { homeDir })).exitCode).toBe(0);
    return new Set(reads.opened(".jsonl"));
  };
  expect((await statsOnceGrown()).size).toBeGreaterThan(3);
  // ccotel always reads files again that have changed within the last second.
  await setTimeout(1100);
  await statsOnceGrown();
  expect(await statsOnceGrown()).toEqual(new Set([grown]));
  expect(reads.bytes(".jsonl")).toBeLessThan(2.5 * statSync(grown).size);
});

test("after a session has grown, stats looks up each of the others once", async () => {
  const homeDir = homeOfRecordings("02-tools", "06-thinking", "07-mcp", "04-compact-auto");
  const found = findAllSessions({ configDir: join(homeDir, ".claude"), cwd: homeDir });
  const grown = found[1]!.path;
  for (let look = 0; look < 3; look++) {
    expect((await runTool(["stats"], { homeDir })).exitCode).toBe(0);
    appendFileSync(grown, "\n");
    // ccotel always looks again at files that changed within the last second, and these were written just now.
    await setTimeout(1100);
  }
  const looks = countLooks();
  slowDownTime();
  expect((await runTool(["stats"], { homeDir })).exitCode).toBe(0);
  for (const { path } of found) if (path !== grown) expect([path, looks(path)]).toEqual([path, 1]);
});

/** A microsecond passes between two looks at the clock, so that a listing stays valid however busy the machine is. */
function slowDownTime(): void {
  let [seconds, nanos] = process.hrtime();
  const clock = vi.spyOn(process, "hrtime").mockImplementation(() => {
    nanos += 1_000;
    return [seconds, nanos];
  });
  onTestFinished(() => clock.mockRestore());
}

/** Counts how often this process looks up the size and times of a path from now on. */
function countLooks(): (path: string) => number {
  const counts = new Map<string, number>();
  const { statSync } = fs;
  const counting = (...args: Parameters<typeof statSync>) => {
    const path = String(args[0]);
    counts.set(path, (counts.get(path) ?? 0) + 1);
    return statSync(...args);
  };
  Object.assign(fs, { statSync: counting });
  syncBuiltinESMExports();
  onTestFinished(() => {
    Object.assign(fs, { statSync });
    syncBuiltinESMExports();
  });
  return (path) => counts.get(path) ?? 0;
}

test.each(["show", "errors", "insights"])(
  "%s opens no other session than the named one, once the history is known",
  async (command) => {
    const homeDir = homeOfRecordings("02-tools", "06-thinking", "07-mcp", "04-compact-auto");
    const found = findAllSessions({ configDir: join(homeDir, ".claude"), cwd: homeDir });
    const { path, sessionId } = found[1]!;
    await setTimeout(1100);
    appendFileSync(path, "\n");
    expect((await runTool(["stats"], { homeDir })).exitCode).toBe(0);
    // A process caches the files of one home at a time. Read another home to empty the cache.
    await runTool(["stats"], { homeDir: homeOfTwoSessions() });
    const reads = countReads();
    expect((await runTool([command, sessionId], { homeDir })).exitCode).toBe(0);
    expect(reads.opened(".jsonl").filter((opened) => opened !== path)).toEqual([]);
  },
);

test("a first list of sessions reads only the newest of a large history", async () => {
  const homeDir = homeOfRecordings("02-tools");
  const [{ path } = { path: "" }] = findAllSessions({ configDir: join(homeDir, ".claude"), cwd: homeDir });
  const text = readFileSync(path, "utf8");
  const id = basename(path, ".jsonl");
  for (let at = 100; at < 180; at++) {
    const other = `${id.slice(0, -3)}${at}`;
    const copy = path.replace(id, other);
    const day = new Date(Date.UTC(2026, 10, 21) - at * 24 * 3_600_000).toISOString().slice(0, 10);
    const ofDay = text.replaceAll(id, other).replaceAll("2026-11-21", day);
    writeFileSync(copy, ofDay.replace(/((?:uu)?id":")/gi, `$1${at}`));
    utimesSync(copy, new Date(`${day}T23:00:00Z`), new Date(`${day}T23:00:00Z`));
  }
  const read = () =>
    readFileSync(join(homeDir, ".ccotel/catalog.tsv"), "utf8")
      .split("\n")
      .filter((line) => line.includes('{"rows":')).length;
  const { stdout } = await runTool(["sessions", "--limit", "5", "--json"], { homeDir });
  expect(stdout.trimEnd().split("\n")).toHaveLength(5);
  expect(read()).toBeLessThan(30);
  // Once the whole history is known, it is added up by project.
  await runTool(["stats"], { homeDir });
  expect((await runTool(["sessions", "--limit", "5", "--json"], { homeDir })).stdout).toBe(stdout);
  const reads = countReads();
  expect((await runTool(["sessions", "--limit", "5", "--json"], { homeDir })).stdout).toBe(stdout);
  expect(reads.opened("catalog.tsv")).toEqual([]);
});

test("a search reads a project's folder at most four times, whatever the number of its sessions", async () => {
  const homeDir = homeOfRecordings("02-tools");
  const [{ path } = { path: "" }] = findAllSessions({ configDir: join(homeDir, ".claude"), cwd: homeDir });
  for (let at = 10; at < 40; at++) copyFileSync(path, path.replace(/..\.jsonl$/, `${at}.jsonl`));
  const listings = countListings(dirname(path));
  expect((await runTool(["sessions", "no such words anywhere"], { homeDir })).stderr).toContain("No session");
  expect(listings()).toBeGreaterThan(0);
  expect(listings()).toBeLessThan(5);
});

test.each(["1.0.128", "2.0.76"])(
  "a first stats of clients whose agents are beside the transcripts (%s) lists a project's folder, and opens each agent, as often for many sessions as for one",
  async (version) => {
    const homeDir = temporaryFolder();
    for (let at = 0; at < 30; at++) {
      const session = new Session({ version, clock: START_MS + at * 3_600_000 });
      const { call, agent } = session.delegate({ folder: "beside" });
      agent.answer("Found.");
      session.completed(call, agent);
      writeStore(join(homeDir, ".claude"), session.store());
    }
    const project = join(homeDir, ".claude/projects", PROJECT);
    const names = readdirSync(project);
    // What changed just now is looked at again, because its next change may have the same time.
    for (const path of [...names.map((name) => join(project, name)), project])
      utimesSync(path, new Date(START_MS), new Date(START_MS));
    slowDownTime();
    const listings = countListings(project);
    const reads = countReads();
    const { stdout } = await runTool(["stats", "--json"], { homeDir });
    expect(JSON.parse(stdout).total).toMatchObject({ sessions: 30, turns: 30, subagents: 30, requests: 90 });
    expect(listings()).toBeLessThan(10);
    const agents = names.filter((name) => name.startsWith("agent-"));
    expect(Math.max(...agents.map((name) => reads.opened(name).length))).toBeLessThan(10);
  },
);

/** Counts how often this process lists the folder from now on. */
function countListings(folder: string): () => number {
  const { readdirSync } = fs;
  let listings = 0;
  fs.readdirSync = ((...args: Parameters<typeof readdirSync>) => {
    if (String(args[0]) === folder) listings++;
    return readdirSync(...args);
  }) as typeof readdirSync;
  syncBuiltinESMExports();
  onTestFinished(() => {
    fs.readdirSync = readdirSync;
    syncBuiltinESMExports();
  });
  return () => listings;
}

test("a worker reads a new turn, and only a few bytes of the earlier ones, which mark the position", () => {
  const long = "an output of the tool\n".repeat(20_000);
  const session = scriptSession(turnWithOutput(0, "1", long));
  const state = newReadState(SESSION_ID);
  const facts = { quiet: true, ended: false };
  expect(readOn(session.path, state, facts).some(({ type }) => type === "turn")).toBe(true);

  const more = turnWithOutput(10, "2", "short");
  session.append(more);
  const reads = countReads();
  expect(readOn(session.path, state, facts).some(({ type }) => type === "turn")).toBe(true);
  const marks = 8 * 512;
  expect(reads.bytes(".jsonl")).toBeLessThan(Buffer.byteLength(textOf(more)) + marks);
});
