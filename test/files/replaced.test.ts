import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Collector } from "../../src/collector/collector.ts";
import { backfill } from "../support/backfill.ts";
import { buildWorker, differences, type Lab, lab, twice, union } from "../support/lab.ts";
import { collector, turnsIn } from "../support/otlp-server.ts";
import { recording, sessionIdOf, transcriptsOf } from "../support/recordings.ts";
import { type Scribe, scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

interface Story {
  machine: Lab;
  session: Scribe;
  /** The transcript. */
  path: string;
  requests: Collector["requests"];
  /** Writes a turn and delivers it. */
  nextTurn(): Promise<void>;
}

/** A session with three delivered turns. */
async function threeTurns(name: string): Promise<Story> {
  const { url, requests } = await collector();
  const machine = lab(url);
  const session = scribe(name);
  const story: Story = {
    machine,
    session,
    path: machine.transcript(session.sessionId),
    requests,
    async nextTurn() {
      machine.write(session.sessionId, session.turn());
      machine.event(session.sessionId, { promptId: session.promptIds.at(-1) });
      expect(await machine.worker()).toMatchObject({ code: 0, stderr: "" });
    },
  };
  for (let turn = 0; turn < 3; turn++) await story.nextTurn();
  expect(turnsIn(requests).length).toBe(3);
  return story;
}

function linesOf(path: string): string[] {
  return readFileSync(path, "utf8").split(/(?<=\n)/);
}

async function expectNothingTwice({ machine, session, requests, nextTurn }: Story): Promise<void> {
  await nextTurn();
  await nextTurn();
  expect(turnsIn(requests)).toEqual(session.promptIds);
  expect(twice(requests)).toEqual([]);
  expect(machine.inbox()).toEqual([]);
}

describe("a transcript that is not the same file as before", () => {
  test("after a transcript was emptied, new turns are sent, and nothing twice", async () => {
    const story = await threeTurns("emptied");
    truncateSync(story.path);
    await expectNothingTwice(story);
    expect(story.machine.log()).toContain("is another file than before");
  });

  test("after a transcript was cut in the middle, new turns are sent, and nothing twice", async () => {
    const story = await threeTurns("cut");
    const lines = linesOf(story.path);
    writeFileSync(story.path, lines.slice(0, lines.length / 2).join(""));
    await expectNothingTwice(story);
  });

  test("after a transcript was restored from a copy, the position stays valid", async () => {
    const story = await threeTurns("copied");
    copyFileSync(story.path, `${story.path}.copy`);
    renameSync(`${story.path}.copy`, story.path);
    await expectNothingTwice(story);
    expect(story.machine.log()).toBe("");
  });

  test("after a transcript was replaced by another one, new turns are sent, and nothing twice", async () => {
    const story = await threeTurns("exchanged");
    const lines = linesOf(story.path);
    const other = [
      ...lines.slice(3),
      ...scribe("exchanged-other", Date.UTC(2025, 0, 1)).turn(),
      ...lines.slice(0, 3),
    ];
    rmSync(story.path);
    writeFileSync(story.path, other.join(""));
    await expectNothingTwice(story);
  });

  test("after a transcript was rewritten in place, this is logged, new turns are sent, and nothing twice", async () => {
    const story = await threeTurns("rewritten");
    const lines = linesOf(story.path);
    const title = '{"type":"ai-title","aiTitle":"Taxes","sessionId":"x"}\n';
    writeFileSync(story.path, [...lines.slice(0, 4), title, ...lines.slice(4)].join(""));
    await expectNothingTwice(story);
    expect(story.machine.log()).toContain("is another file than before");
  });

  test("if the client removes a transcript's last lines during a turn, the turn is sent as it is at the end", async () => {
    const story = await threeTurns("taken-back");
    const { machine, session, path, requests } = story;
    const turn = session.turn({ tools: 1 });
    // The worker has read the first response before the client removes it. Another response replaces it.
    machine.write(session.sessionId, turn.slice(0, 3));
    machine.event(session.sessionId, { name: "SessionStart" });
    await machine.worker();
    const withoutResponse = linesOf(path).slice(0, -2);
    writeFileSync(path, [...withoutResponse, ...turn.slice(-3), ...session.end()].join(""));
    machine.event(session.sessionId, { name: "SessionEnd" });
    await machine.worker();
    expect(differences(union(requests), await backfill(machine, [session.sessionId]))).toEqual([]);
    expect(twice(requests)).toEqual([]);
  });

  test("after a transcript was moved with its folder, the position stays valid", async () => {
    const story = await threeTurns("moved");
    const { machine, session, requests } = story;
    const elsewhere = join(machine.claude, "projects", "-home-dev-renamed", `${session.sessionId}.jsonl`);
    mkdirSync(dirname(elsewhere), { recursive: true });
    renameSync(story.path, elsewhere);
    writeFileSync(elsewhere, [readFileSync(elsewhere, "utf8"), ...session.turn()].join(""));
    const event = { session_id: session.sessionId, transcript_path: elsewhere, hook_event_name: "Stop" };
    writeFileSync(join(machine.home.inbox, "1-1.json"), `\n${JSON.stringify(event)}`);
    await machine.worker();
    expect(turnsIn(requests)).toEqual(session.promptIds);
    expect(twice(requests)).toEqual([]);
  });

  test("while a transcript is unchanged, another event sends nothing", async () => {
    const { machine, session, requests } = await threeTurns("same");
    const before = requests.length;
    machine.event(session.sessionId, { promptId: session.promptIds.at(-1) });
    await machine.worker();
    expect(requests.length).toBe(before);
  });

  test("if a subagent's file was cut and rewritten, nothing is sent twice", async () => {
    const path = transcriptsOf(recording("03-subagent-background"))[0] as string;
    const sessionId = sessionIdOf(path);
    const { url, requests } = await collector();
    const machine = lab(url);
    const own = machine.transcript(sessionId);
    mkdirSync(dirname(own), { recursive: true });
    cpSync(path.replace(/\.jsonl$/, ""), own.replace(/\.jsonl$/, ""), { recursive: true });
    copyFileSync(path, own);
    machine.event(sessionId, { name: "SessionEnd" });
    await machine.worker();
    expect(differences(union(requests), await backfill(machine, [sessionId]))).toEqual([]);

    const agent = join(own.replace(/\.jsonl$/, ""), "subagents", "agent-aa2fca74717a596ca.jsonl");
    const lines = linesOf(agent);
    for (const content of ["", lines.slice(0, -1).join(""), lines.join("")]) {
      writeFileSync(agent, content);
      machine.event(sessionId, { name: "SessionEnd" });
      await machine.worker();
    }
    expect(twice(requests)).toEqual([]);
    expect(differences(union(requests), await backfill(machine, [sessionId]))).toEqual([]);
  });
});

describe("a transcript that is missing or unreadable", () => {
  test("a session without persistence leaves no event and no state behind", async () => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const { sessionId } = scribe("not-persisted");
    for (const name of ["SessionStart", "Stop", "SessionEnd"] as const) {
      machine.event(sessionId, { name });
      const { code, waitedMs } = await machine.worker();
      expect(code).toBe(0);
      expect(waitedMs).toBeLessThan(3_000);
    }
    expect(machine.inbox()).toEqual([]);
    expect(machine.saved(sessionId)).toBe(undefined);
    expect(requests.length).toBe(0);
    expect(machine.log()).toBe("");
  });

  test("if a transcript disappears and comes back, reading continues from the old position", async () => {
    const story = await threeTurns("vanished");
    renameSync(story.path, `${story.path}.away`);
    story.machine.event(story.session.sessionId, { promptId: story.session.promptIds[2] });
    expect((await story.machine.worker()).code).toBe(0);
    expect(story.machine.inbox()).toEqual([]);
    renameSync(`${story.path}.away`, story.path);
    await expectNothingTwice(story);
  });

  test("if a transcript cannot be read, other sessions are delivered, and it is delivered once it can be read", async () => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const [bad, good] = [scribe("unreadable"), scribe("readable")];
    // Not even root can read a folder as a file.
    mkdirSync(machine.transcript(bad.sessionId), { recursive: true });
    machine.event(bad.sessionId, {});
    machine.event(bad.sessionId, { name: "SessionEnd" });
    machine.write(good.sessionId, [...good.turn(), ...good.end()]);
    machine.event(good.sessionId, { name: "SessionEnd" });
    expect((await machine.worker()).code).toBe(0);
    expect(differences(union(requests), await backfill(machine, [good.sessionId]))).toEqual([]);
    expect(machine.log()).toContain(bad.sessionId);
    expect(machine.inbox().length).toBe(1);
    rmSync(machine.transcript(bad.sessionId), { recursive: true });
    machine.write(bad.sessionId, [...bad.turn(), ...bad.end()]);
    expect((await machine.worker()).code).toBe(0);
    expect(differences(union(requests), await backfill(machine, [bad.sessionId, good.sessionId]))).toEqual(
      [],
    );
    expect(machine.inbox()).toEqual([]);
  });
});
