import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newReadState, type ReadState, restoreReadState } from "../../src/files/read-state.ts";
import type { Counts } from "../../src/session/amounts.ts";
import type { Finished } from "../../src/session/model.ts";
import { countsOf } from "../../src/session/sums/rows.ts";
import { summarize } from "../../src/session/sums/summary.ts";
import { walk } from "../../src/session/walk.ts";
import { readOn, readWhole } from "../support/read-files.ts";
import { recordings, sessionIdOf, transcriptsOf } from "../support/recordings.ts";
import { runs } from "../support/runs.ts";

const FORK_ID = "f0f0f0f0-1234-4abc-8def-00000000f0f0";
const FORK_OF_FORK_ID = "0a0a0a0a-1234-4abc-8def-00000000f0f1";

/** Sources that are not forks and have something to copy. */
const transcripts = recordings()
  .filter(({ name }) => !/fork|branch|clear|background-session/.test(name))
  .flatMap((recording) =>
    transcriptsOf(recording).map((path) => ({
      path,
      toString: () => `${recording.name} ${sessionIdOf(path)}`,
    })),
  )
  .filter(({ path }) => readFileSync(path, "utf8").includes('"type":"assistant"'));

type Row = Record<string, unknown>;

/** How clients and tools write a fork: the fields of copied rows, and whether the process writes its start time. */
const style = fc.record({
  ids: fc.constantFrom("kept", "rewritten", "sent by", "forked from", "new"),
  beginsLate: fc.boolean(),
  onlyConversation: fc.boolean(),
  promptIds: fc.boolean(),
});
type Style = typeof style extends fc.Arbitrary<infer T> ? T : never;

function linesOf(path: string): Row[] {
  const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Row);
}

function write(path: string, rows: Row[]): void {
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

function latestOf(rows: Row[]): number {
  return Math.max(
    ...rows.flatMap((row) => (typeof row.timestamp === "string" ? Date.parse(row.timestamp) : [])),
  );
}

/** The fork's rows: the copied rows of the source, and a new turn. */
function forkOf(rows: Row[], source: string, id: string, atMs: number, { ids, ...style }: Style): Row[] {
  if (ids === "new") return [...copiedBySdk(rows, source, id, atMs), ...ownRows(rows, id, atMs)];
  const copied = rows
    .filter(
      ({ type }) => !style.onlyConversation || type === "user" || type === "assistant" || type === "system",
    )
    .map((row): Row => {
      const copy = { ...row };
      if ("sessionId" in copy && ids !== "kept") copy.sessionId = id;
      if (ids === "sent by" && row.type === "assistant") copy.requestSessionId ??= source;
      if (ids === "forked from" && "uuid" in row)
        copy.forkedFrom = { sessionId: source, messageUuid: row.uuid };
      if (style.promptIds && "promptId" in row) copy.promptId = `${id} prompt`;
      return copy;
    });
  const late = { type: "queue-operation", operation: "enqueue", timestamp: timeOf(atMs - 5), sessionId: id };
  return [...(style.beginsLate ? [late] : []), ...copied, ...ownRows(copied, id, atMs)];
}

/**
 * `forkSession` of the Agent SDK: rows of the main conversation, with new ids and the names of the old ones. The last
 * one has the time of the fork.
 */
function copiedBySdk(rows: Row[], sessionId: string, id: string, atMs: number): Row[] {
  const kept = rows.filter(
    ({ type, uuid, isSidechain }) =>
      /^(user|assistant|system|attachment)$/.test(String(type)) && uuid !== undefined && isSidechain !== true,
  );
  const newId = (uuid: unknown) => (typeof uuid === "string" ? `${id.slice(0, 8)} ${uuid}` : null);
  return kept.map(
    ({ slug: _, sourceToolAssistantUUID: __, ...row }, index): Row => ({
      ...row,
      uuid: newId(row.uuid),
      parentUuid: newId(row.parentUuid),
      sessionId: id,
      timestamp: index === kept.length - 1 ? timeOf(atMs - 10) : row.timestamp,
      forkedFrom: { sessionId, messageUuid: row.uuid },
    }),
  );
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** A turn of the fork, behind what it copied. */
function ownRows(copied: Row[], id: string, atMs: number): Row[] {
  const said = copied.findLast(({ type }) => type === "user") ?? {};
  const base = {
    parentUuid: null,
    isSidechain: false,
    version: said.version,
    cwd: said.cwd,
    entrypoint: "cli",
  };
  const time = (ms: number) => timeOf(atMs + ms);
  const own = (fields: Row): Row => ({
    ...base,
    sessionId: id,
    ...fields,
    uuid: `${id} ${fields.timestamp}`,
  });
  return [
    own({
      type: "user",
      message: { role: "user", content: "Fork" },
      turnOrigin: "human",
      timestamp: time(0),
    }),
    own({
      type: "assistant",
      message: {
        id: `msg_${id}`,
        model: "claude-opus-5-5",
        content: [{ type: "text", text: "Forked." }],
        stop_reason: "end_turn",
        usage: { input_tokens: 7, output_tokens: 11 },
      },
      requestId: `req_${id}`,
      timestamp: time(300),
    }),
  ];
}

/** The totals over all sessions. */
function sumOf(sessions: Finished[][]) {
  const sum: Partial<Record<keyof Counts, number>> = {};
  let turns = 0;
  for (const pieces of sessions) {
    const counts = countsOf(summarize(pieces).rows);
    for (const name of [
      "requests",
      "failedRequests",
      "toolCalls",
      "input",
      "output",
      "cacheRead",
      "cacheWrite5m",
      "cacheWrite1h",
    ] as const)
      sum[name] = (sum[name] ?? 0) + counts[name];
    walk(pieces, { turn: () => turns++ });
  }
  return { ...sum, turns };
}

const OWN = { requests: 1, turns: 1, input: 7, output: 11 };

function plus(sum: ReturnType<typeof sumOf>, forks: number) {
  const more = Object.entries(OWN).map(([name, value]) => [
    name,
    (sum[name as "turns"] ?? 0) + forks * value,
  ]);
  return { ...sum, ...Object.fromEntries(more) };
}

/** Reads a session as workers do: in several passes while its file grows, each from a saved state. */
function readGrowing(path: string, looks: number): Finished[] {
  const bytes = readFileSync(path);
  const finished: Finished[] = [];
  let saved = JSON.stringify(newReadState(sessionIdOf(path)));
  for (let look = 1; look <= looks + 1; look++) {
    const ended = look > looks;
    writeFileSync(path, bytes.subarray(0, ended ? bytes.length : (bytes.length * look) / (looks + 1)));
    const state = restoreReadState(JSON.parse(saved) as ReadState);
    finished.push(...readOn(path, state, { quiet: ended, ended }));
    saved = JSON.stringify(state);
  }
  return finished;
}

/** A sequence of steps: which file grows by how many lines, and which session is read afterwards. */
const steps = fc.array(
  fc.record({
    which: fc.nat(2),
    lines: fc.oneof(fc.nat(3), fc.nat(30), fc.constant(1000)),
    look: fc.boolean(),
    ofWhich: fc.nat(2),
  }),
  { maxLength: 24 },
);

interface Growing {
  path: string;
  lines: string[];
  written: number;
}

/** Removes the file, and returns its lines so that it can grow again. */
function emptied(path: string): Growing {
  const lines = readFileSync(path, "utf8").split(/(?<=\n)/);
  rmSync(path);
  return { path, lines, written: 0 };
}

function grow(file: Growing, lines: number): void {
  const more = file.lines.slice(file.written, file.written + lines);
  if (more.length === 0) return;
  // Kernels count file times in ticks of some milliseconds. No client forks a session within the tick of its last
  // write.
  if (file.written === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 12);
  appendFileSync(file.path, more.join(""));
  file.written += more.length;
}

/** Reads sessions as workers do, from saved states. Each reader can use the results for the others. */
function createReading() {
  const pieces = new Map<string, Finished[]>();
  const saved = new Map<string, string>();
  const stateOf = (id: string) => {
    const state = saved.get(id);
    return state === undefined ? undefined : restoreReadState(JSON.parse(state) as ReadState);
  };
  return {
    pieces,
    look(path: string, ended: boolean): void {
      const id = sessionIdOf(path);
      const state = stateOf(id) ?? newReadState(id);
      const found = readOn(path, state, { quiet: ended, ended, peek: stateOf });
      pieces.set(id, [...(pieces.get(id) ?? []), ...found]);
      saved.set(id, JSON.stringify(state));
    },
  };
}

interface Family {
  source: string;
  fork: string;
  forkOfFork: string;
}

function withFamily<T>(path: string, cut: number, styles: [Style, Style], use: (family: Family) => T): T {
  const root = mkdtempSync(join(tmpdir(), "ccotel-fork-"));
  const projects = join(root, "projects");
  const folder = join(projects, basename(dirname(path)));
  try {
    cpSync(dirname(dirname(path)), projects, { recursive: true });
    const rows = linesOf(path);
    const copied = rows.slice(0, 1 + (cut % rows.length));
    const atMs = latestOf(rows) + 60_000;
    const at = (id: string) => join(folder, `${id}.jsonl`);
    const fork = forkOf(copied, sessionIdOf(path), FORK_ID, atMs, styles[0]);
    write(at(FORK_ID), fork);
    write(at(FORK_OF_FORK_ID), forkOf(fork, FORK_ID, FORK_OF_FORK_ID, atMs + 60_000, styles[1]));
    return use({ source: join(folder, basename(path)), fork: at(FORK_ID), forkOfFork: at(FORK_OF_FORK_ID) });
  } finally {
    rmSync(root, { recursive: true });
  }
}

const whole = fc.constantFrom(...transcripts);

describe("a fork", () => {
  test("adds only its own rows, whichever rows it copied and however it marks them", () => {
    fc.assert(
      fc.property(whole, fc.nat(), fc.tuple(style, style), ({ path }, cut, styles) => {
        withFamily(path, cut, styles, ({ source, fork, forkOfFork }) => {
          const sessions = [forkOfFork, source, fork].map((one) => readWhole(one));
          expect(sumOf(sessions)).toEqual(plus(sumOf([readWhole(path)]), 2));
        });
      }),
      { numRuns: runs(150), interruptAfterTimeLimit: 20_000 },
    );
  });

  test("adds the same if it is read while its file grows, before or after its source", () => {
    fc.assert(
      fc.property(
        whole,
        fc.nat(),
        fc.tuple(style, style),
        fc.nat(3),
        fc.boolean(),
        ({ path }, cut, styles, looks, first) => {
          withFamily(path, cut, styles, ({ source, fork, forkOfFork }) => {
            rmSync(forkOfFork);
            const order = first ? [fork, source] : [source, fork];
            const sessions = order.map((one) => (one === fork ? readGrowing(one, looks) : readWhole(one)));
            expect(sumOf(sessions)).toEqual(plus(sumOf([readWhole(path)]), 1));
          });
        },
      ),
      { numRuns: runs(100), interruptAfterTimeLimit: 20_000 },
    );
  });

  test("adds the same if all files grow and are read in any order, each time from a saved state", () => {
    fc.assert(
      fc.property(whole, fc.nat(), fc.tuple(style, style), steps, ({ path }, cut, styles, order) => {
        withFamily(path, cut, styles, ({ source, fork, forkOfFork }) => {
          const files = [source, fork, forkOfFork].map(emptied);
          const read = createReading();
          // Rows that a fork copies were on disk before the fork.
          const [copied, copiedAgain] = [1 + (cut % files[0]!.lines.length), files[1]!.lines.length];
          const mayBegin = [0, copied, copiedAgain];
          for (const { which, lines, look, ofWhich } of order) {
            const before = files[which - 1];
            if (before === undefined || before.written >= (mayBegin[which] as number))
              grow(files[which]!, lines);
            if (look) read.look(files[ofWhich]!.path, false);
          }
          for (const file of files) grow(file, Number.POSITIVE_INFINITY);
          for (const { path: file } of files) read.look(file, true);
          expect(sumOf([...read.pieces.values()])).toEqual(plus(sumOf([readWhole(path)]), 2));
        });
      }),
      { numRuns: runs(100), interruptAfterTimeLimit: 20_000 },
    );
  });

  test("counts everything in it if its source is missing, and a fork of it does not count that again", () => {
    fc.assert(
      fc.property(whole, fc.nat(), fc.tuple(style, style), ({ path }, cut, styles) => {
        withFamily(path, cut, styles, ({ source, fork, forkOfFork }) => {
          rmSync(source);
          const together = sumOf([readWhole(forkOfFork), readWhole(fork)]);
          rmSync(forkOfFork);
          expect(together).toEqual(plus(sumOf([readWhole(fork)]), 1));
          const named = linesOf(fork).map(
            (row): Row => ({ ...row, forkedFrom: undefined, requestSessionId: undefined }),
          );
          const alone = sumOf([readWhole(fork)]);
          write(fork, named);
          expect(alone).toEqual(sumOf([readWhole(fork)]));
        });
      }),
      { numRuns: runs(100), interruptAfterTimeLimit: 20_000 },
    );
  });
});
