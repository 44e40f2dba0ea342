import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Head } from "../../src/files/kin/head.ts";
import { filesToLookAt, type KinMemory, knownBehind } from "../../src/files/kin/known-kin.ts";
import { newReadState } from "../../src/files/read-state.ts";
import { countsOf } from "../../src/session/sums/rows.ts";
import { summarize } from "../../src/session/sums/summary.ts";
import { countReads } from "../support/count-reads.ts";
import { readOn } from "../support/read-files.ts";
import { recording, sessionIdOf, transcriptsOf } from "../support/recordings.ts";
import { temporaryFolder } from "../support/run-tool.ts";

/** A session, a fork of it with three copied requests and one new request, and an unrelated session. */
const [SOURCE, FORK] = transcriptsOf(recording("2.1.100-fork")) as [string, string];
const [OTHER] = transcriptsOf(recording("2.1.100-compact")) as [string];

interface World {
  projects: string;
  fork: string;
  /** Path of the source, which may not exist. */
  source: string;
  memory: KinMemory;
}

/**
 * Copies sessions into a new folder. The files are newer than their rows, so ccotel looks for each row in the others.
 */
function createWorld(withSource: boolean): World {
  const projects = join(temporaryFolder(), "projects");
  const folder = join(projects, "-home-dev-acme-shop");
  mkdirSync(folder, { recursive: true });
  for (const path of [FORK, OTHER, ...(withSource ? [SOURCE] : [])])
    cpSync(path, join(folder, basename(path)));
  return {
    projects,
    fork: join(folder, basename(FORK)),
    source: join(folder, basename(SOURCE)),
    memory: {},
  };
}

/** The number of requests that a new process counts for the fork. */
function requestsOf({ fork }: World, kin?: KinMemory): number {
  // A process caches the files of one root at a time.
  const elsewhere = createWorld(true);
  read(elsewhere.fork);
  return read(fork, kin);
}

function read(path: string, kin?: KinMemory): number {
  const ended = { quiet: true, ended: true };
  const pieces = readOn(path, newReadState(sessionIdOf(path)), kin === undefined ? ended : { ...ended, kin });
  return countsOf(summarize(pieces).rows).requests;
}

function grow(path: string): void {
  appendFileSync(path, "\n");
}

/**
 * Changes between two readings, whether the source exists before, and the number of requests of the fork afterwards.
 */
const changes: [string, { withSource: boolean; requests: number; change: (world: World) => void }][] = [
  ["the fork has grown without a source", { withSource: false, requests: 4, change: () => {} }],
  ["the fork has grown with a known source", { withSource: true, requests: 1, change: () => {} }],
  ["its source has grown too", { withSource: true, requests: 1, change: ({ source }) => grow(source) }],
  ["a source appears", { withSource: false, requests: 1, change: ({ source }) => cpSync(SOURCE, source) }],
  [
    "a source appears with a folder that is moved here with its old times",
    {
      withSource: false,
      requests: 1,
      change: ({ projects }) =>
        renameSync(join(dirname(projects), "kept"), join(projects, "-home-dev-acme-kept")),
    },
  ],
  [
    "an older file becomes the source and keeps its time",
    {
      withSource: false,
      requests: 1,
      change({ fork }) {
        const other = join(dirname(fork), basename(OTHER));
        const { atime, mtime } = statSync(other);
        writeFileSync(other, readFileSync(SOURCE));
        utimesSync(other, atime, mtime);
      },
    },
  ],
  ["its source is deleted", { withSource: true, requests: 4, change: ({ source }) => rmSync(source) }],
  [
    "its source becomes another session",
    { withSource: true, requests: 4, change: ({ source }) => writeFileSync(source, readFileSync(OTHER)) },
  ],
  [
    "its source moves to another folder",
    {
      withSource: true,
      requests: 1,
      change({ projects, source }) {
        mkdirSync(join(projects, "-home-dev-acme-moved"));
        renameSync(source, join(projects, "-home-dev-acme-moved", basename(source)));
      },
    },
  ],
  [
    "the fork itself becomes a copy of the unrelated session",
    {
      withSource: true,
      requests: 0,
      change: ({ fork }) => writeFileSync(fork, readFileSync(OTHER)),
    },
  ],
];

test("a fork counts the same with and without saved knowledge of related sessions, after any change of the files", async () => {
  const worlds = changes.map(([name, { withSource, ...rest }]) => {
    const world = createWorld(withSource);
    const kept = join(dirname(world.projects), "kept");
    mkdirSync(kept);
    cpSync(SOURCE, join(kept, basename(SOURCE)));
    return { name, world, ...rest };
  });
  // ccotel always reads files again that have changed within the last second.
  await setTimeout(1100);
  for (const { world } of worlds) {
    grow(world.fork);
    requestsOf(world, world.memory);
  }
  await setTimeout(1100);
  for (const { name, world, change, requests } of worlds) {
    change(world);
    grow(world.fork);
    expect([name, requestsOf(world, world.memory)]).toEqual([name, requests]);
    expect([name, requestsOf(world)]).toEqual([name, requests]);
  }
});

test("reading a grown session opens only changed sessions and those of its family", async () => {
  const world = createWorld(true);
  await setTimeout(1100);
  const reads = countReads();
  const opened = () => new Set(reads.opened(".jsonl").filter((path) => path.startsWith(world.projects)));
  grow(world.fork);
  requestsOf(world, world.memory);
  expect(opened().size).toBe(3);

  reads.reset();
  grow(world.fork);
  requestsOf(world, world.memory);
  expect(opened()).toEqual(new Set([world.fork, world.source]));
});

test("the search for related sessions of 500 sessions goes through their files a few times, not once per session", () => {
  let seen = 0;
  const files = Array.from({ length: 500 }, (_, index) => ({
    sessionId: String(index),
    path: "",
    stamp: "",
    identity: index,
    createdMs: 1,
    get changedMs() {
      seen++;
      return 2000 + index;
    },
  }));
  const head = { uuids: [], firstMs: 0, headLastMs: 0 } as unknown as Head;
  const known = files.map(() => knownBehind(head, files, []));
  expect(new Set(known.map((one) => one.changedMs))).toEqual(new Set([2499]));
  expect(seen).toBeLessThanOrEqual(2 * files.length);

  // All files have changed. One index serves all sessions.
  seen = 0;
  for (const [index, one] of known.entries())
    expect(filesToLookAt(String(index), head, files, one)).toBe(files);
  expect(seen).toBeLessThan(70 * files.length);
});
