import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { newReadState, type ReadState } from "../../src/files/read-state.ts";
import { openSavedRows } from "../../src/state/position/row-ledger.ts";

let file: string;
let read: ReadState;
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-rows-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  file = join(folder, "session.rows");
  read = newReadState("session");
});

const nothing = () => new Float64Array();
const forbidden = () => {
  throw new Error("The session's files were read again.");
};

/** Does what one process does: adds rows, and saves them with the position or dies before it writes the position. */
function pass(keys: number[], { dies = false } = {}): void {
  const copy = structuredClone(read);
  const saved = openSavedRows(file, dies ? copy : read);
  const rows = saved.open(forbidden);
  for (const key of keys) rows.add(key);
  saved.save();
  if (!dies) read.main ??= { offset: 1, head: { bytes: 0, hash: "" }, tail: { bytes: 0, hash: "" } };
}

function known(keys: number[], scan = forbidden as () => Float64Array): boolean[] {
  const rows = openSavedRows(file, read).open(scan);
  return keys.map((key) => rows.has(key));
}

test("the next process knows the rows, which take eight bytes each", () => {
  pass([1, 2, 3]);
  pass([4]);
  expect(known([1, 4, 5])).toEqual([true, true, false]);
  expect(statSync(file).size).toBe(4 * 8);
  expect(statSync(file).mode & 0o077).toBe(0);
});

test("rows of a process that died before it wrote its position are ignored", () => {
  pass([1]);
  pass([2, 3], { dies: true });
  expect(known([1, 2, 3])).toEqual([true, false, false]);
  pass([4]);
  expect(known([1, 2, 4])).toEqual([true, false, true]);
});

test.each([
  ["missing", () => rmSync(file)],
  ["cut off", () => truncateSync(file, 3)],
])("a ledger that is %s is rebuilt from the session's files", (_, damage) => {
  pass([1, 2]);
  damage();
  const saved = openSavedRows(file, read);
  const rows = saved.open(() => Float64Array.of(1, 2));
  expect(rows.has(2)).toBe(true);
  rows.add(3);
  saved.save();
  expect(known([1, 2, 3, 4])).toEqual([true, true, true, false]);
});

test("a session without a ledger, from an earlier version, gets one when an old row is looked up", () => {
  read.main = { offset: 100, head: { bytes: 0, hash: "" }, tail: { bytes: 0, hash: "" } };
  const first = openSavedRows(file, read);
  first.open(forbidden).add(7);
  first.save();
  expect(read.rows).toBeUndefined();
  const second = openSavedRows(file, read);
  expect(second.open(() => Float64Array.of(5, 7)).has(5)).toBe(true);
  second.save();
  expect(known([5, 7])).toEqual([true, true]);
});

test("thousands of look-ups give correct results", () => {
  const keys = Array.from({ length: 5000 }, (_, index) => index * 2 + 1);
  pass(keys);
  const rows = openSavedRows(file, read).open(nothing);
  for (const key of keys) expect(rows.has(key)).toBe(true);
  for (const key of keys) expect(rows.has(key + 1)).toBe(false);
  rows.add(2);
  expect(rows.has(2)).toBe(true);
  expect(readFileSync(file).length).toBe(5000 * 8);
  writeFileSync(file, "");
});

test("save(true) starts no new ledger", () => {
  const first = openSavedRows(file, read);
  first.open(forbidden).add(1);
  first.save(true);
  expect(existsSync(file)).toBe(false);
  read.main = { offset: 1, head: { bytes: 0, hash: "" }, tail: { bytes: 0, hash: "" } };
  expect(known([1, 2], () => new Float64Array([1]))).toEqual([true, false]);
  pass([2]);
  expect(known([1], () => new Float64Array([1, 2]))).toEqual([true]);
});

test("save(true) continues an existing ledger", () => {
  pass([1]);
  const more = openSavedRows(file, read);
  more.open(forbidden).add(2);
  more.save(true);
  expect(known([1, 2])).toEqual([true, true]);
});

test("rows that were not saved after one reading are saved after the next one", () => {
  const saved = openSavedRows(file, read);
  saved.open(forbidden).add(1);
  saved.open(forbidden).add(2);
  saved.save();
  saved.open(forbidden).add(3);
  saved.save();
  read.main = { offset: 1, head: { bytes: 0, hash: "" }, tail: { bytes: 0, hash: "" } };
  expect(known([1, 2, 3])).toEqual([true, true, true]);
});
