import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createRowIndex } from "../../src/files/kin/row-ids.ts";
import { hash53 } from "../../src/hash53.ts";
import { countReads } from "../support/count-reads.ts";
import { temporaryFolder } from "../support/run-tool.ts";

const row = (id: string) => `{"uuid":"${id}","type":"user"}\n`;

function files(contents: Record<string, string>) {
  const folder = temporaryFolder();
  return Object.entries(contents).map(([name, content]) => {
    const path = join(folder, `${name}.jsonl`);
    writeFileSync(path, content);
    return { path, stamp: "1" };
  });
}

describe("the index of the rows of other sessions", () => {
  test("names each file with one of the rows, and reads each file once", () => {
    const all = files({ a: row("r1") + row("r2"), b: row("r2"), c: row("r3") });
    const index = createRowIndex();
    const reads = countReads();
    expect(index.holding(all, [hash53("r2")])).toEqual(new Set([all[0]?.path, all[1]?.path]));
    expect(index.holding(all, [hash53("r3"), hash53("r9")])).toEqual(new Set([all[2]?.path]));
    expect(reads.opened(".jsonl").length).toBe(3);
  });

  test.each([1, 2, 3, 5])("finds the same if it keeps only %i rows", (maxRows) => {
    const all = files({ a: row("r1") + row("r2"), b: row("r2") + row("r3"), c: row("r1") });
    const index = createRowIndex(maxRows);
    for (const id of ["r1", "r2", "r3", "r1"]) {
      const wanted = all.filter((_, file) => [["r1", "r2"], ["r2", "r3"], ["r1"]][file]?.includes(id));
      expect(index.holding(all, [hash53(id)])).toEqual(new Set(wanted.map(({ path }) => path)));
    }
  });

  test("forgets the rows that a file no longer has", () => {
    const [file = { path: "", stamp: "" }] = files({ a: row("r1") });
    const index = createRowIndex();
    expect(index.holding([file], [hash53("r1")]).size).toBe(1);
    writeFileSync(file.path, row("r2"));
    const changed = { ...file, stamp: "2" };
    expect(index.holding([changed], [hash53("r1")]).size).toBe(0);
    expect(index.holding([changed], [hash53("r2")]).size).toBe(1);
  });

  test("finds a row wherever a reading is cut", () => {
    const piece = 1 << 20;
    for (let before = 0; before < 90; before++) {
      const [file = { path: "" }] = files({ a: `${" ".repeat(piece - before)}${row("r1")}` });
      expect(createRowIndex().holding([file], [hash53("r1")]).size, `${before} bytes before`).toBe(1);
    }
  });
});
