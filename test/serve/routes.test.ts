import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, it } from "vitest";
import { summarizeWhole } from "../../src/commands/reading/summarize.ts";
import type { FoundSession } from "../../src/files/find-sessions.ts";
import { costPartsOf } from "../../src/pricing/cost.ts";
import { createRoutes, keyOf, type Served } from "../../src/serve/routes.ts";
import type { Answer } from "../../src/serve/server.ts";
import { OPTIONS, recording, transcriptsOf } from "../support/recordings.ts";
import { temporaryFolder } from "../support/run-tool.ts";

const START_MS = Date.parse("2026-11-21T12:00:00Z");

/** The routes for copies of two recordings, how often the history was listed, and a clock. */
function served() {
  const folder = temporaryFolder();
  const sessions = ["01-two-turns", "02-tools"].map((name): FoundSession => {
    const from = transcriptsOf(recording(name))[0] as string;
    const path = join(folder, "projects", "-home-dev-acme-shop", basename(from));
    cpSync(from, path);
    utimesSync(path, START_MS / 1000 - 3600, START_MS / 1000 - 3600);
    return { path, sessionId: basename(path, ".jsonl") };
  });
  const state = { nowMs: START_MS, lists: 0, finds: 0, locked: "" };
  const summaryOf = (session: FoundSession) => {
    const { path } = session;
    if (path === state.locked)
      throw Object.assign(new Error("EACCES"), { code: "EACCES", syscall: "open", path });
    return summarizeWhole(session, OPTIONS, {});
  };
  const parts: Served = {
    configDir: folder,
    list: () => {
      state.lists++;
      return sessions.slice(0, 1);
    },
    find: (id) => {
      state.finds++;
      return sessions.find(({ sessionId }) => sessionId === id);
    },
    forksOf: () => [],
    audit: () => Promise.reject(new Error("not asked for")),
    insights: async () => [],
    summaryOf,
    save: () => {},
    now: () => state.nowMs,
    limits: () => [],
    options: { ...OPTIONS, keep: "full" },
    costParts: costPartsOf,
  };
  const route = createRoutes(parts);
  const ask = async (path: string, query: Record<string, string>) => {
    const answer = await route(path, new URLSearchParams(query), new AbortController().signal);
    return answer !== undefined && "json" in answer ? JSON.parse(JSON.stringify(answer.json)) : answer;
  };
  return { ask, folder, sessions, state };
}

it("the table has the other sessions if one cannot be read, and all that have changed", async () => {
  const { ask, sessions, state } = served();
  const [{ path, sessionId }] = sessions as [FoundSession];
  const rows = async () => {
    const events: { rows: { id: string }[]; isComplete?: true }[] = [];
    const { events: start } = (await ask("/api/sessions", {})) as Extract<Answer, { events: unknown }>;
    await start((event) => events.push(event as (typeof events)[number]), new AbortController().signal);
    expect(events.at(-1)).toMatchObject({ isComplete: true });
    return events.flatMap((event) => event.rows.map(({ id }) => id));
  };
  expect(await rows()).toEqual([sessionId]);
  state.locked = path;
  expect(await rows()).toEqual([]);
  expect(await ask("/api/changes", { since: "0" })).toMatchObject({ rows: [] });
});

it("a page that asks again and again about one session does not make the server look for it again", async () => {
  const { ask, sessions, state } = served();
  for (const { sessionId } of sessions) {
    const { version } = await ask("/api/session", { key: sessionId });
    const [lists, finds] = [state.lists, state.finds];
    for (let n = 0; n < 5; n++)
      expect(await ask("/api/live", { key: sessionId, version: String(version) })).toEqual({
        status: "ended",
      });
    expect({ lists: state.lists, finds: state.finds }).toEqual({ lists, finds });
  }
});

it("a page that knows another version gets what it lacks, also after the server has forgotten the session", async () => {
  const { ask, sessions } = served();
  const [{ sessionId: key }] = sessions as [FoundSession];
  const whole = await ask("/api/session", { key });
  const { page } = await ask("/api/live", { key, version: String(whole.version - 1), turns: "1" });
  expect(page.turns).toEqual(whole.page.turns.slice(1));
  expect(page.requests).toEqual(whole.page.requests);
  expect(await ask("/api/live", { key: "gone" })).toBeUndefined();
});

it("tells which sessions have changed since a time, and which may have ended", async () => {
  const { ask, sessions, state } = served();
  const [session] = sessions as [FoundSession];
  const since = String(START_MS);
  expect((await ask("/api/changes", { since })).rows).toEqual([]);
  const key = keyOf(session);
  expect((await ask("/api/changes", { since, alive: key })).rows).toMatchObject([{ key, status: "ended" }]);
  state.nowMs += 60_000;
  appendFileSync(session.path, "\n");
  utimesSync(session.path, START_MS / 1000 + 5, START_MS / 1000 + 5);
  const { rows, atMs } = await ask("/api/changes", { since });
  expect(rows).toMatchObject([{ key }]);
  expect((await ask("/api/changes", { since: String(atMs) })).rows).toEqual([]);
});

it("says of an open session what the table says of it: whether its client works, waits or is gone", async () => {
  const { ask, folder, sessions, state } = served();
  const [{ path, sessionId: key }] = sessions as [FoundSession];
  const statuses = async () => {
    const rows = (await ask("/api/changes", { since: "0" })).rows as { status: string }[];
    const { status, version, page } = await ask("/api/session", { key });
    expect(await ask("/api/live", { key, version: String(version) })).toEqual({ status });
    return [...rows.map((row) => row.status), status, page.turns.at(-1).outcome];
  };
  const whole = readFileSync(path, "utf8");
  expect(await statuses()).toEqual(["ended", "ended", "completed"]);
  const owner = join(folder, "sessions", `${process.pid}.json`);
  mkdirSync(join(folder, "sessions"));
  writeFileSync(owner, JSON.stringify({ pid: process.pid, sessionId: key, startedAt: 0 }));
  expect(await statuses()).toEqual(["waiting", "waiting", "completed"]);
  // Without the last answer.
  const lines = whole.split("\n");
  const answer = lines.findLastIndex((line) => line.includes('"type":"assistant"'));
  writeFileSync(path, `${lines.slice(0, answer).join("\n")}\n`);
  const startMs = Date.parse(JSON.parse(lines[answer - 1] as string).timestamp);
  state.nowMs = startMs + 60_000;
  expect(await statuses()).toEqual(["running", "running", "unfinished"]);
  state.nowMs = startMs + 3_600_000;
  expect(await statuses()).toEqual(["stuck", "stuck", "unfinished"]);
  rmSync(owner);
  expect(await statuses()).toEqual(["killed", "killed", "cut_off"]);
  // A client that has resumed the session waits for a prompt.
  writeFileSync(owner, JSON.stringify({ pid: process.pid, sessionId: key, startedAt: state.nowMs }));
  expect(await statuses()).toEqual(["waiting", "waiting", "cut_off"]);
});
