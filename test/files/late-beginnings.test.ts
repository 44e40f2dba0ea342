import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newReadState } from "../../src/files/read-state.ts";
import { countsOf } from "../../src/session/sums/rows.ts";
import { summarize } from "../../src/session/sums/summary.ts";
import { readOn } from "../support/read-files.ts";
import { temporaryFolder } from "../support/run-tool.ts";
import { answer, type Fields, prompt, stop } from "../support/transcripts/scripted-session.ts";

// A fork of a session that was compacted begins with rows from the middle of its source.

const SOURCE_ID = "aaaaaaaa-1234-4abc-8def-00000000f0f0";
const FORK_ID = "bbbbbbbb-1234-4abc-8def-00000000f0f1";

/** A turn at this time, in seconds. */
function turn(seconds: number): Fields[] {
  return [prompt(seconds), answer(seconds + 1, `msg_${seconds}`, "Done."), stop(seconds + 2)];
}

/** How `JSON.stringify` writes a record, and how other programs do. */
const writers: [string, (row: Fields) => string][] = [
  ["as the client writes it", (row) => JSON.stringify(row)],
  ["with spaces behind colons", (row) => JSON.stringify(row).replaceAll('":', '": ')],
];

test.each(writers)(
  "a fork from the middle of its source, written %s, counts only its own turns",
  (_, write) => {
    const folder = join(temporaryFolder(), "projects", "-home-dev-acme-shop");
    mkdirSync(folder, { recursive: true });
    const save = (sessionId: string, rows: Fields[]) => {
      const path = join(folder, `${sessionId}.jsonl`);
      writeFileSync(path, rows.map((row) => `${write({ ...row, sessionId })}\n`).join(""));
      return path;
    };
    const requestsOf = (path: string, sessionId: string) => {
      const pieces = readOn(path, newReadState(sessionId), { quiet: true, ended: true });
      return countsOf(summarize(pieces).rows).requests;
    };
    const turns = Array.from({ length: 40 }, (_, index) => turn(10 * index));
    const source = save(SOURCE_ID, turns.flat());
    const fork = save(FORK_ID, [...turns.slice(25).flat(), ...turn(1000)]);
    expect(requestsOf(source, SOURCE_ID)).toBe(40);
    expect(requestsOf(fork, FORK_ID)).toBe(1);
  },
);
