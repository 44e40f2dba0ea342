// The values of the status line during a turn become attributes of the turn's span. They stay the same if the span is
// sent again.

import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it, test } from "vitest";
import type { CollectorRequest } from "../../src/collector/collector.ts";
import { backfill } from "../support/backfill.ts";
import { buildTool, buildWorker, differences, type Lab, lab, type Spans, union } from "../support/lab.ts";
import { collector, spansOf } from "../support/otlp-server.ts";
import { scribe } from "../support/transcripts/transcript.ts";

beforeAll(async () => {
  await buildWorker();
  await buildTool();
});

const AT_MS = Date.UTC(2026, 10, 21, 10);
const NAMES = /^ccotel\.(limit\.|context\.used_ratio|cost\.client_usd)/;

/** Writes the file that `statusline.sh` keeps for the session. */
function writeStatusLine({ home }: Lab, sessionId: string, promptId: string | undefined, more: object): void {
  const file = join(home.root, "statusline", `${sessionId}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ session_id: sessionId, prompt_id: promptId, ...more })}\n`);
  utimesSync(file, new Date(AT_MS), new Date(AT_MS));
}

const statusLine = (usd: number) => ({
  cost: { total_cost_usd: usd },
  context_window: { used_percentage: 42 },
  rate_limits: {
    five_hour: { used_percentage: 34, resets_at: AT_MS / 1000 + 600 },
    seven_day: { used_percentage: 12.5 },
  },
});

/** The attributes of each turn's span that come from the status line. */
function valuesIn(requests: readonly CollectorRequest[]): Record<string, unknown>[] {
  return spansOf(...requests)
    .filter(({ attributes }) => "ccotel.turn.index" in attributes)
    .map(({ attributes }) =>
      Object.fromEntries(Object.entries(attributes).filter(([name]) => NAMES.test(name))),
    );
}

/** The session continues, so only an export sends its summary. */
const withoutSummary = (spans: Spans): Spans =>
  new Map([...spans].filter(([id]) => !id.startsWith("claude_code.session.summary")));
const ofTurns = (requests: readonly CollectorRequest[]) => withoutSummary(union(requests));

async function twoTurns(before: (machine: Lab, sessionId: string, promptId: string, turn: number) => void) {
  const { url, requests } = await collector();
  const machine = lab(url);
  const session = scribe("status-line");
  for (const turn of [0, 1]) {
    machine.write(session.sessionId, session.turn());
    const promptId = session.promptIds[turn]!;
    before(machine, session.sessionId, promptId, turn);
    machine.event(session.sessionId, { promptId });
    await machine.worker();
  }
  return { machine, requests, session };
}

test("a turn has the last values of the status line during the turn, under the names of the metrics", async () => {
  const { requests } = await twoTurns((machine, sessionId, promptId, turn) =>
    writeStatusLine(machine, sessionId, promptId, statusLine(0.75 + turn)),
  );
  const rest = {
    "ccotel.context.used_ratio": 0.42,
    "ccotel.limit.five_hour.used_ratio": 0.34,
    "ccotel.limit.five_hour.reset_after": expect.closeTo(600),
    "ccotel.limit.seven_day.used_ratio": 0.125,
  };
  expect(valuesIn(requests)).toEqual([
    { ...rest, "ccotel.cost.client_usd": 0.75 },
    { ...rest, "ccotel.cost.client_usd": 1.75 },
  ]);
});

test("a span that is sent again has the same attributes, even if the status line has changed since", async () => {
  const { machine, requests, session } = await twoTurns((machine, sessionId, promptId, turn) =>
    writeStatusLine(machine, sessionId, promptId, statusLine(0.75 + turn)),
  );
  const live = ofTurns(requests);
  writeStatusLine(machine, session.sessionId, session.promptIds[1], statusLine(99));
  machine.event(session.sessionId, { promptId: session.promptIds[1] });
  await machine.worker();
  const sent = requests.length;
  const { code, stderr } = await machine.tool(["export", "--all", "--resend"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(differences(ofTurns(requests.slice(sent)), live)).toEqual([]);
});

test("a backfill without the state folder omits these attributes, and nothing else differs", async () => {
  const { machine, requests, session } = await twoTurns((machine, sessionId, promptId) =>
    writeStatusLine(machine, sessionId, promptId, statusLine(0.75)),
  );
  const silent = await twoTurns(() => {});
  expect(valuesIn(silent.requests)).toEqual([{}, {}]);
  const again = withoutSummary(await backfill(machine, [session.sessionId]));
  expect(differences(again, ofTurns(silent.requests))).toEqual([]);
  expect(differences(again, ofTurns(requests))).toHaveLength(2);
});

describe("a turn has no values of the status line", () => {
  it.each<[string, (machine: Lab, sessionId: string, promptId: string) => void]>([
    [
      "if they belong to another turn",
      (machine, id) => writeStatusLine(machine, id, "another", statusLine(1)),
    ],
    [
      "if an old client names no prompt",
      (machine, id) => writeStatusLine(machine, id, undefined, statusLine(1)),
    ],
    [
      "if they belong to another session",
      (machine, _, prompt) => writeStatusLine(machine, "other", prompt, statusLine(1)),
    ],
    [
      "if they are not numbers",
      (machine, id, prompt) =>
        writeStatusLine(machine, id, prompt, {
          cost: { total_cost_usd: "1" },
          context_window: [],
          rate_limits: { five_hour: 1 },
        }),
    ],
    [
      "if their file is damaged",
      (machine, id, prompt) => {
        writeStatusLine(machine, id, prompt, statusLine(1));
        writeFileSync(join(machine.home.root, "statusline", `${id}.json`), '{"session_id":');
      },
    ],
  ])("%s", async (_, before) => {
    const { requests } = await twoTurns(before);
    expect(valuesIn(requests)).toEqual([{}, {}]);
  });
});

test("without a status line, ccotel stores no values and creates no folder", async () => {
  const { machine, session } = await twoTurns(() => {});
  expect(existsSync(join(machine.home.root, "statusline"))).toBe(false);
  const facts = readFileSync(join(machine.home.sessions, `${session.sessionId}.json`), "utf8");
  expect(facts).not.toContain("saidInTurns");
});

test("ccotel keeps the values of 100 turns, and damage to them loses no trace context", async () => {
  const { machine, session } = await twoTurns((machine, sessionId, promptId) =>
    writeStatusLine(machine, sessionId, promptId, statusLine(1)),
  );
  const file = join(machine.home.sessions, `${session.sessionId}.json`);
  const facts = JSON.parse(readFileSync(file, "utf8"));
  const many = Array.from({ length: 300 }, (_, at) => [`old-${at}`, { atMs: 1 }]);
  writeFileSync(file, JSON.stringify({ ...facts, saidInTurns: Object.fromEntries(many) }));
  machine.event(session.sessionId, { promptId: session.promptIds[1] });
  await machine.worker();
  const kept = Object.keys(JSON.parse(readFileSync(file, "utf8")).saidInTurns);
  expect(kept).toHaveLength(100);
  expect(kept.at(-1)).toBe(session.promptIds[1]);
  writeFileSync(file, JSON.stringify({ ...facts, saidInTurns: { p: { atMs: "soon" } } }));
  rmSync(join(machine.home.root, "statusline"), { recursive: true });
  machine.event(session.sessionId, { promptId: session.promptIds[1] });
  await machine.worker();
  expect(JSON.parse(readFileSync(file, "utf8")).starts).toEqual(facts.starts);
  expect(existsSync(`${file}.damaged`)).toBe(false);
});
