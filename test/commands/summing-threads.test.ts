// Commands that add up a history with several threads find the same as without.

import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { type LookedUp, summariesOf } from "../../src/commands/reading/history.ts";
import { loadConfig } from "../../src/config/load.ts";
import { findAllSessions } from "../../src/files/find-sessions.ts";
import { homeOfRecordings, homeOfTwoSessions } from "../support/home-of-recordings.ts";
import { recordings } from "../support/recordings.ts";
import { program, temporaryFolder, testIo } from "../support/run-tool.ts";

interface Options {
  cores?: number;
  threadProgram?: string;
  /** The state folder. The default is a new one. */
  state?: string;
}

/** Looks up all sessions of a home folder. `threads`: how many threads were started. */
async function lookUpAll(
  homeDir: string,
  { cores = 4, threadProgram = program, state = temporaryFolder() }: Options = {},
) {
  const { config } = loadConfig({ env: { CCOTEL_HOME: state }, homeDir });
  const sessions = findAllSessions({ configDir: join(homeDir, ".claude"), cwd: "/" });
  const io = testIo({ homeDir, program: threadProgram });
  let threads = 0;
  const count = () => void threads++;
  process.on("worker", count);
  const found: LookedUp[] = [];
  for await (const one of summariesOf(sessions, config, io, { cores, leastWork: 1 })) found.push(one);
  process.off("worker", count);
  const catalog = readFileSync(join(state, "catalog.tsv"), "utf8").split("\n").filter(Boolean).sort();
  return { found, threads, catalog, state };
}

test("threads find the same summaries and kin of all recordings in the same order, and leave the same catalog", async () => {
  const homeDir = homeOfRecordings(...recordings().map(({ folder }) => basename(folder)));
  const shared = await lookUpAll(homeDir);
  const alone = await lookUpAll(homeDir, { cores: 2 });
  expect(alone.found.length).toBeGreaterThan(100);
  expect([shared.threads, alone.threads]).toEqual([3, 0]);
  expect(shared.found).toEqual(alone.found);
  expect(shared.catalog).toEqual(alone.catalog);
});

test("no thread is started for sessions that the catalog knows", async () => {
  const homeDir = homeOfTwoSessions();
  const first = await lookUpAll(homeDir);
  const second = await lookUpAll(homeDir, { state: first.state });
  expect([first.threads, second.threads]).toEqual([2, 0]);
  expect(second.found).toEqual(first.found);
});

test.each([
  ["the threads cannot start", undefined],
  ["a thread dies", "port.on('message', () => process.exit(1));"],
  [
    "a thread cannot read them",
    "port.on('message', ({ index }) => port.postMessage({ index, content: [] }));",
  ],
])("the main thread reads the sessions itself if %s", async (_, code) => {
  const homeDir = homeOfTwoSessions();
  const threadProgram = join(homeDir, "thread.cjs");
  if (code !== undefined)
    writeFileSync(threadProgram, `const port = require("node:worker_threads").parentPort; ${code}`);
  const { found, threads } = await lookUpAll(homeDir, { threadProgram });
  expect(threads).toBe(2);
  expect(found).toEqual((await lookUpAll(homeDir, { cores: 1 })).found);
});
