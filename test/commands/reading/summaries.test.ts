import { cpSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { readingConfig } from "../../../src/cli/load-config.ts";
import { openSummaries } from "../../../src/commands/reading/summaries.ts";
import { countsOf } from "../../../src/session/sums/rows.ts";
import { summarize } from "../../../src/session/sums/summary.ts";
import { openCatalog } from "../../../src/state/catalog/catalog.ts";
import { homeAt } from "../../../src/state/home.ts";
import { countReads } from "../../support/count-reads.ts";
import { readWhole } from "../../support/read-files.ts";
import { filesUnder, recording, recordings, sessionIdOf, transcriptsOf } from "../../support/recordings.ts";
import { runTool, temporaryFolder, testIo } from "../../support/run-tool.ts";
import { scriptSession } from "../../support/transcripts/scripted-files.ts";
import { answer, call, prompt, SESSION_ID, START_MS } from "../../support/transcripts/scripted-session.ts";

let homeDir: string;

beforeEach(() => {
  homeDir = temporaryFolder();
  mkdirSync(join(homeDir, ".ccotel"));
});

function summaries(env: Record<string, string> = {}) {
  const io = testIo({ env, homeDir, cwd: homeDir, now: Date.now });
  return openSummaries(readingConfig({ targets: [], flags: {} }, io));
}

/** A copy of a recording that the test can change. */
function copyOf(name: string): { sessionId: string; path: string } {
  const folder = temporaryFolder();
  cpSync(recording(name).folder, folder, { recursive: true });
  const [path] = transcriptsOf({ name, folder });
  return { sessionId: sessionIdOf(path as string), path: path as string };
}

/** Destroys a file's content. Its size and times do not change. */
function garble(path: string): void {
  const { atime, mtime, size } = statSync(path);
  writeFileSync(path, "?".repeat(size), { flag: "r+" });
  utimesSync(path, atime, mtime);
}

test("a second read of unchanged sessions comes from the catalog, not from their files", () => {
  const sessions = recordings()
    .slice(0, 20)
    .map(({ name }) => copyOf(name));
  const first = summaries();
  const read = sessions.map((session) => first.of(session));
  first.save();
  expect(read).toEqual(sessions.map(({ path }) => summarize(readWhole(path))));
  for (const { path } of sessions) {
    for (const file of filesUnder(join(path, "../../.."))) garble(file);
  }
  const second = summaries();
  expect(sessions.map((session) => second.of(session))).toEqual(read);
});

test("what a running client works on is read once, until its client is gone", () => {
  const records = [prompt(0), answer(1, "m1", call("slow", "Bash"))];
  const session = { ...scriptSession(records), sessionId: SESSION_ID };
  const clients = join(session.path, "../../../sessions");
  mkdirSync(clients);
  const file = join(clients, `${process.pid}.json`);
  writeFileSync(file, JSON.stringify({ pid: process.pid, sessionId: SESSION_ID, startedAt: START_MS }));
  const open = summaries();
  const reads = countReads();
  const opened = () => reads.opened(".jsonl").length;
  expect(open.of(session).outcome).toBe("unfinished");
  const once = opened();
  expect(open.of(session).outcome).toBe("unfinished");
  expect(opened()).toBe(once);
  rmSync(file);
  expect(open.of(session).outcome).toBe("cut_off");
  expect(opened()).toBeGreaterThan(once);
  open.save();
  // The next process finds it in the catalog.
  const before = opened();
  expect(summaries().of(session).outcome).toBe("cut_off");
  expect(opened()).toBe(before);
});

test("other prices change the summaries", () => {
  const session = copyOf("02-tools");
  const before = summaries();
  const listed = countsOf(before.of(session).rows).costUsd;
  before.save();
  const prices = join(homeDir, "prices.json");
  const price = { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
  writeFileSync(prices, JSON.stringify({ models: { "claude-opus-5-5": price } }));
  const after = summaries({ CCOTEL_PRICES: prices });
  expect(listed).toBeGreaterThan(0);
  expect(countsOf(after.of(session).rows)).toMatchObject({ costUsd: 0, clientMoreUsd: listed });
});

test("show and audit write into the catalog what they have read", async () => {
  for (const command of ["show", "audit"]) {
    const session = copyOf("03-subagent-nested");
    await runTool([command, session.path], { homeDir });
    const [entry] = [...openCatalog(homeAt(join(homeDir, ".ccotel"))).entries()].filter(
      ({ path }) => path === session.path,
    );
    expect(entry).toMatchObject({ sessionId: session.sessionId });
    const expected = summarize(readWhole(session.path));
    for (const file of filesUnder(join(session.path, ".."))) garble(file);
    expect(summaries().of(session)).toEqual(expected);
    expect(readFileSync(session.path, "utf8")).toMatch(/^\?+$/);
  }
});
