import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type Head, readHead, readLongHead } from "../../src/files/kin/head.ts";
import { recordings, transcriptsOf } from "../support/recordings.ts";
import { answer, prompt, stop, textOf } from "../support/transcripts/scripted-session.ts";

const folder = mkdtempSync(join(tmpdir(), "ccotel-head-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A session whose first response comes after prompts of these lengths in bytes. */
function sessionWith(promptBytes: readonly number[], version = "2.1.330"): string {
  const path = join(folder, `${promptBytes.join("-")} ${version}.jsonl`);
  const prompts = promptBytes.map((bytes, at) => prompt(at, 'a "line"\n'.repeat(bytes / 10), { version }));
  const turns = Array.from({ length: 400 }, (_, at) => [
    answer(10 + 3 * at, `m${at}`, "Done."),
    stop(11 + 3 * at),
    prompt(12 + 3 * at),
  ]);
  writeFileSync(path, textOf([...prompts, ...turns.flat()]));
  return path;
}

const written = [[10], [40_000, 40_000], [70_000], [100_000, 100_000, 100_000], [1_500_000]].map((bytes) =>
  sessionWith(bytes),
);
const paths = [
  ...written,
  sessionWith([100_000], "1.0.60"),
  ...recordings().flatMap((recording) => transcriptsOf(recording)),
];

/** Undefined if nothing in the file has a time. */
const factsOf = (head: Head | undefined) => {
  if (head === undefined) return undefined;
  const { beginning: _, ...facts } = head;
  return facts;
};

describe("the beginning of a transcript", () => {
  test.each(paths)("of %s gives the same facts in two steps as in one", (path) => {
    const head = readHead(path, "s1");
    expect(factsOf(readLongHead(path, "s1", head))).toEqual(factsOf(readLongHead(path, "s1")));
  });

  test("is read further only if the first response comes later", () => {
    const [near = "", far = ""] = written;
    const head = readHead(near, "s1");
    expect(head?.hasResponse).toBe(true);
    expect(readLongHead(near, "s1", head)).toBe(head);
    expect(readHead(far, "s1")?.hasResponse).toBe(false);
    expect(readLongHead(far, "s1", readHead(far, "s1"))?.hasResponse).toBe(true);
  });

  test("is read with the time of the session's end from the end of the file", () => {
    for (const path of written.slice(0, 4)) {
      const { firstMs, lastMs, headLastMs } = readHead(path, "s1") as Head;
      expect(lastMs - firstMs).toBeGreaterThanOrEqual(headLastMs - firstMs);
      expect(lastMs).toBe(readLongHead(path, "s1")?.lastMs);
    }
  });
});
