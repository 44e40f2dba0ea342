import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { hash53 } from "../../src/hash53.ts";
import { type Summary, summarize } from "../../src/session/sums/summary.ts";
import { openCatalog } from "../../src/state/catalog/catalog.ts";
import { ensureHome, type Home, homeAt } from "../../src/state/home.ts";
import { readWhole } from "../support/read-files.ts";
import { recordings, transcriptsOf } from "../support/recordings.ts";
import { temporaryFolder } from "../support/run-tool.ts";

const KEY = "this version and its prices";
const summaries = recordings()
  .slice(0, 8)
  .flatMap(transcriptsOf)
  .map((path) => summarize(readWhole(path)));

let home: Home;
let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
  home = homeAt(join(folder, "state"));
  ensureHome(home);
});

/** Writes a transcript. Its content does not matter here. */
function transcript(name = "one"): { sessionId: string; path: string } {
  const path = join(folder, `${name}.jsonl`);
  writeFileSync(path, `${name}\n`);
  return { sessionId: name, path };
}

function note(session: { sessionId: string; path: string }, index = 0): Summary {
  const catalog = openCatalog(home);
  const summary = summaries[index % summaries.length] as Summary;
  catalog.look(session).noteSummary(KEY, summary);
  catalog.save();
  return summary;
}

const file = () => join(home.root, "catalog.tsv");

describe("the catalog", () => {
  test("gives the next process the summary that the previous one noted", () => {
    const session = transcript();
    const summary = note(session);
    const looked = openCatalog(home).look(session);
    expect(looked.summary(KEY)).toEqual(summary);
    expect(looked.bytes).toBe(4);
    expect(statSync(file()).mode & 0o077).toBe(0);
  });

  test("gives no summary of a file that has changed since", () => {
    const session = transcript();
    note(session);
    appendFileSync(session.path, "more\n");
    expect(openCatalog(home).look(session).summary(KEY)).toBeUndefined();
  });

  test("gives no summary after a subagent's file was added or has grown, at any depth", () => {
    const session = transcript();
    note(session);
    const agent = join(folder, "one/subagents/workflows/wf_1/agent-a.jsonl");
    mkdirSync(dirname(agent), { recursive: true });
    writeFileSync(agent, "a\n");
    expect(openCatalog(home).look(session).summary(KEY)).toBeUndefined();
    note(session);
    expect(openCatalog(home).look(session).summary(KEY)).toBeDefined();
    appendFileSync(agent, "b\n");
    expect(openCatalog(home).look(session).summary(KEY)).toBeUndefined();
  });

  test("gives no summary after a copy of the session in another folder, or a file beside it, was added or has grown", () => {
    const copy = join(folder, "another/one.jsonl");
    mkdirSync(dirname(copy));
    writeFileSync(copy, "one\n");
    const session = { ...transcript(), copies: [copy] };
    note(transcript());
    const isKnown = () => openCatalog(home).look(session).summary(KEY) !== undefined;
    expect(isKnown()).toBe(false);
    note(session);
    expect(isKnown()).toBe(true);
    appendFileSync(copy, "more\n");
    expect(isKnown()).toBe(false);
    note(session);
    const agent = join(folder, "another/one/subagents/agent-a.jsonl");
    mkdirSync(dirname(agent), { recursive: true });
    writeFileSync(agent, "a\n");
    expect(isKnown()).toBe(false);
  });

  test("notes the file's size from before it was read, so growth during the reading is seen", () => {
    const session = transcript();
    const catalog = openCatalog(home);
    const looked = catalog.look(session);
    appendFileSync(session.path, "more\n");
    looked.noteDelivered("backend");
    catalog.save();
    expect(openCatalog(home).look(session).isDelivered("backend")).toBe(false);
  });

  test("gives no summary that was made with other prices", () => {
    const session = transcript();
    note(session);
    expect(openCatalog(home).look(session).summary("other prices")).toBeUndefined();
  });

  test("keeps what is known of related sessions when the files change or something else is noted", () => {
    const session = transcript();
    const known = { head: 1, changedMs: 2.5, files: 3, paths: ["/somewhere/käse.jsonl"] };
    const catalog = openCatalog(home);
    expect(catalog.look(session).kin()).toEqual({});
    catalog.look(session).noteSummary(KEY, summaries[0] as Summary, { known });
    catalog.save();
    appendFileSync(session.path, "more\n");
    const later = openCatalog(home);
    later.look(session).noteDelivered("backend");
    later.save();
    expect(openCatalog(home).look(session).kin()).toEqual({ known });
  });

  test("reads lines of earlier versions, which say nothing of related sessions", () => {
    const session = transcript();
    const summary = note(session);
    const cells = readFileSync(file(), "utf8").trim().split("\t");
    expect(cells.splice(7, 1)).toEqual([""]);
    cells[7] = hash53(cells.slice(1, 7).join("\t")).toString(36);
    writeFileSync(file(), `${cells.join("\t")}\n`);
    const looked = openCatalog(home).look(session);
    expect([looked.summary(KEY), looked.kin()]).toEqual([summary, {}]);
  });

  test("says for each destination whether everything was sent to it", () => {
    const session = transcript();
    const catalog = openCatalog(home);
    catalog.look(session).noteDelivered("one");
    catalog.save();
    note(session);
    const again = openCatalog(home).look(session);
    expect([again.isDelivered("one"), again.isDelivered("two")]).toEqual([true, false]);
    expect(again.summary(KEY)).toBeDefined();
  });

  test("keeps what two processes note at the same time", () => {
    const [a, b] = [transcript("a"), transcript("b")];
    const [first, second] = [openCatalog(home), openCatalog(home)];
    first.look(a).noteSummary(KEY, summaries[0] as Summary);
    second.look(b).noteSummary(KEY, summaries[1] as Summary);
    second.look(a).noteDelivered("backend");
    first.save();
    second.save();
    const catalog = openCatalog(home);
    expect(catalog.look(a).summary(KEY)).toEqual(summaries[0]);
    expect(catalog.look(a).isDelivered("backend")).toBe(true);
    expect(catalog.look(b).summary(KEY)).toEqual(summaries[1]);
  });

  test("stays below about half a megabyte if a session changes 600 times", () => {
    const session = transcript();
    for (let round = 0; round < 600; round++) {
      appendFileSync(session.path, "more\n");
      note(session, round);
    }
    expect(statSync(file()).size).toBeLessThan(2 * 256 * 1024 + 20_000);
    expect(openCatalog(home).look(session).summary(KEY)).toEqual(summaries[599 % summaries.length]);
  });

  test("keeps the entry of a session whose transcript was deleted", () => {
    const session = transcript();
    const summary = note(session);
    rmSync(session.path);
    const [entry] = openCatalog(home).entries();
    expect(entry).toMatchObject({ ...session, firstRequest: summary.firstRequest });
  });

  test("handles file names with tabs, line feeds, quotes and other special characters", () => {
    const names = ["tab\tname", "line\nfeed", "käse 🧀", 'quote"d', "__proto__"];
    const sessions = names.map(transcript);
    for (const [index, session] of sessions.entries()) note(session, index);
    const catalog = openCatalog(home);
    for (const [index, session] of sessions.entries()) {
      expect(catalog.look(session).summary(KEY)).toEqual(summaries[index % summaries.length]);
    }
    expect([...catalog.entries()].map(({ sessionId }) => sessionId)).toEqual(names);
  });

  test("does not throw if its folder is missing", () => {
    const nowhere = openCatalog(homeAt(join(folder, "not/there")));
    nowhere.look(transcript()).noteDelivered("backend");
    expect(() => nowhere.save()).not.toThrow();
  });
});

describe("a damaged catalog", () => {
  const damages = fc.oneof(
    fc.record({ kind: fc.constant("cut" as const), at: fc.nat() }),
    fc.record({ kind: fc.constant("change" as const), at: fc.nat(), byte: fc.nat(255) }),
    fc.record({
      kind: fc.constant("remove" as const),
      at: fc.nat(),
      bytes: fc.integer({ min: 1, max: 300 }),
    }),
  );

  test("gives a correct summary or none, and accepts new entries", () => {
    const sessions = Array.from({ length: 6 }, (_, index) => transcript(`s${index}`));
    for (const [index, session] of sessions.entries()) note(session, index);
    const whole = readFileSync(file());
    const after = transcript("after");
    fc.assert(
      fc.property(damages, (damage) => {
        const at = damage.at % whole.length;
        if (damage.kind === "cut") writeFileSync(file(), whole.subarray(0, at));
        if (damage.kind === "change") {
          const changed = Buffer.from(whole);
          changed[at] = damage.byte;
          writeFileSync(file(), changed);
        }
        if (damage.kind === "remove")
          writeFileSync(file(), Buffer.concat([whole.subarray(0, at), whole.subarray(at + damage.bytes)]));
        const catalog = openCatalog(home);
        for (const [index, session] of sessions.entries()) {
          const summary = catalog.look(session).summary(KEY);
          if (summary !== undefined) expect(summary).toEqual(summaries[index % summaries.length]);
        }
        note(after);
        expect(openCatalog(home).look(after).summary(KEY)).toEqual(summaries[0]);
      }),
      { numRuns: 300 },
    );
  });
});
