import { expect, test } from "vitest";
import { isRepeated, noRecentRows } from "../../src/session/known-rows.ts";
import { parseLine, recordsOf } from "../../src/transcript/parse.ts";
import { answer, call, type Fields, prompt, result } from "../support/transcripts/scripted-session.ts";

/** Reads the rows. Returns which of them repeat an earlier one, and how often the stored rows were asked. */
function read(rows: readonly Fields[]) {
  const recent = noRecentRows();
  let lookUps = 0;
  const ledger = {
    add() {},
    has() {
      lookUps++;
      return false;
    },
  };
  const records = rows.flatMap((row) =>
    recordsOf(parseLine({ start: 0, end: 0, text: JSON.stringify(row) })),
  );
  const repeated = records.filter((record) => isRepeated(recent, ledger, record)).map(({ uuid }) => uuid);
  return { repeated, lookUps };
}

/** A long session whose last row, the text of a skill, is older than the row above it: clients write it so. */
const rows = Array.from({ length: 30 }, (_, n) => [
  prompt(n * 10),
  answer(n * 10 + 1, `m${n}`, call(`c${n}`, "Skill")),
  result(n * 10 + 2, `c${n}`),
]).flat();
const skill = { ...prompt(291.9, "Base directory for this skill: /home/dev/review"), isMeta: true };

test("a text that the client writes a little late does not load the stored rows", () => {
  expect(read([...rows, skill])).toEqual({ repeated: [], lookUps: 0 });
});

test("its copy under another id is recognized without them", () => {
  expect(read([...rows, skill, { ...skill, uuid: "copy" }])).toEqual({ repeated: ["copy"], lookUps: 0 });
});
