import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { type FoundSession, findSessions } from "../../src/files/find-sessions.ts";
import { readSession } from "../../src/files/read-session.ts";
import { newReadState } from "../../src/files/read-state.ts";
import { walk } from "../../src/session/walk.ts";
import { OPTIONS } from "../support/recordings.ts";
import { scriptSession } from "../support/transcripts/scripted-files.ts";
import { answer, call, prompt, result, SESSION_ID, stop } from "../support/transcripts/scripted-session.ts";

const first = [
  prompt(0),
  answer(1, "m1", call("c1", "Agent", { prompt: "look" })),
  result(3, "c1", { toolUseResult: { agentId: "a1", status: "completed" } }),
  answer(4, "m3", "One."),
  stop(4.1),
];
const agent = {
  id: "a1",
  meta: { agentType: "Explore", toolUseId: "c1" },
  records: [prompt(1.1, "look"), answer(2, "m2", "Found.")],
};
const moreTurns = (seconds: number, id: string) => [
  prompt(seconds),
  answer(seconds + 1, id, "On."),
  stop(seconds + 2),
];

/** Writes a session, and a copy of its main file in another project, as a user makes to continue there. */
function copied() {
  const session = scriptSession(first);
  session.appendToAgent(agent);
  const root = join(dirname(dirname(session.path)), "projects-of-two");
  const original = join(root, "-a", basename(session.path));
  mkdirSync(join(root, "-a"), { recursive: true });
  mkdirSync(join(root, "-b"));
  cpSync(dirname(session.path), join(root, "-a"), { recursive: true });
  const copy = join(root, "-b", basename(session.path));
  writeFileSync(copy, readFileSync(original));
  // Of two files with the same length, the newer one is the continued one. Here both have the same time.
  for (const path of [original, copy]) utimesSync(path, 1_700_000_000, 1_700_000_000);
  return { root, original, copy };
}

function append(path: string, records: object[]): void {
  appendFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
}

function read(root: string) {
  const reported: string[][] = [];
  const search = {
    configDir: root,
    cwd: root,
    onCopies: (session: FoundSession) => void reported.push(session.copies ?? []),
  };
  const sessions = findSessions(["."], search);
  const pieces = sessions.flatMap(({ path, copies = [] }) =>
    [
      ...readSession(path, newReadState(SESSION_ID), { quiet: true, ended: true, session: OPTIONS, copies }),
    ].flat(),
  );
  const keys: string[] = [];
  let turns = 0;
  walk(pieces, { request: ({ id = "" }) => void keys.push(id), turn: () => turns++ });
  return { sessions, reported, requests: keys.sort(), turns };
}

describe("a session whose file was copied into another project", () => {
  test("is one session, and its copy is reported", () => {
    const { root, copy } = copied();
    const { sessions, reported, requests, turns } = read(root);
    expect(sessions).toHaveLength(1);
    expect(reported).toEqual([[copy]]);
    expect({ requests, turns }).toEqual({ requests: ["m1", "m2", "m3"], turns: 1 });
  });

  test("has the new turns of the copy, and the agents beside the original", () => {
    const { root, original, copy } = copied();
    append(copy, moreTurns(10, "m4"));
    const { reported, requests, turns } = read(root);
    expect(reported).toEqual([[original]]);
    expect({ requests, turns }).toEqual({ requests: ["m1", "m2", "m3", "m4"], turns: 2 });
  });

  test("has the new turns of both files, each once", () => {
    const { root, original, copy } = copied();
    append(copy, [...moreTurns(10, "m4"), ...moreTurns(20, "m5")]);
    append(original, moreTurns(15, "m6"));
    const { requests, turns } = read(root);
    expect({ requests, turns }).toEqual({ requests: ["m1", "m2", "m3", "m4", "m5", "m6"], turns: 4 });
    rmSync(root, { recursive: true });
  });
});

describe.each([
  "ID.sync-conflict-20261130-101500-ABCDEFG",
  "ID (Mia's conflicted copy 2026-11-30)",
  "ID 2",
  "ID - Copy",
  "Copy of ID",
  "Kopie von ID",
])("a session with a copy beside it, whose name is %j", (named) => {
  const copy = (path: string) => {
    const to = join(dirname(path), `${named.replace("ID", SESSION_ID)}.jsonl`);
    writeFileSync(to, readFileSync(path));
    return to;
  };

  test("has the new turns of both files, each once", () => {
    const session = scriptSession(first);
    session.appendToAgent(agent);
    const beside = copy(session.path);
    append(beside, [...moreTurns(10, "m4"), ...moreTurns(20, "m5")]);
    append(session.path, moreTurns(15, "m6"));
    const { reported, requests, turns } = read(dirname(session.path));
    expect(reported).toEqual([[beside]]);
    expect({ requests, turns }).toEqual({ requests: ["m1", "m2", "m3", "m4", "m5", "m6"], turns: 4 });
  });

  test("is found by its id with the copy", () => {
    const { root, original } = copied();
    mkdirSync(join(root, "config/projects"), { recursive: true });
    cpSync(dirname(original), join(root, "config/projects/-a"), { recursive: true });
    const path = join(root, "config/projects/-a", basename(original));
    const beside = copy(path);
    const search = { configDir: join(root, "config"), cwd: root };
    expect(findSessions([SESSION_ID], search)).toEqual([{ sessionId: SESSION_ID, path, copies: [beside] }]);
  });
});

test.each(["agent-ID", "old-ID", ".ID", "._ID", "rollout-2026-11-30T10-15-00-ID", "aID"])(
  "a file named %j is no copy of a session",
  (named) => {
    const session = scriptSession(first);
    const to = join(dirname(session.path), `${named.replace("ID", SESSION_ID)}.jsonl`);
    writeFileSync(to, readFileSync(session.path));
    expect(read(dirname(session.path)).reported).toEqual([]);
  },
);
