import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Collector } from "../../src/collector/collector.ts";
import { backfill } from "../support/backfill.ts";
import { addTurn, buildTool, buildWorker, differences, type Lab, lab, twice, union } from "../support/lab.ts";
import { collector, faults, inTurn, metricsOf, spansOf, turnsIn } from "../support/otlp-server.ts";
import { type Scribe, scribe } from "../support/transcripts/transcript.ts";

beforeAll(() => Promise.all([buildTool(), buildWorker()]));

/** Writes a turn and an event for it. */
async function deliverTurn(machine: Lab, session: Scribe): Promise<void> {
  addTurn(machine, session);
  expect(await machine.worker()).toMatchObject({ code: 0, stderr: "" });
}

function stateFile({ place }: Lab, { sessionId }: Scribe): string {
  return join(place.sessions, `${sessionId}.json`);
}

describe("damaged files in the state folder", () => {
  test.each([
    ["empty", ""],
    ["cut in the middle", '{"format":2,"path":"/x","read":{"ses'],
    ["binary", "\0\u0001\u00ff"],
    ["JSON of another shape", "[1,2,3]"],
    ["null", "null"],
    ["without most of its fields", '{"format":2,"path":"/x","read":{}}'],
    [
      "with a number instead of a map",
      '{"format":2,"path":"/x","outlets":{},"read":{"agents":5,"session":{"main":{}}}}',
    ],
  ])(
    "a session's state that is %s is moved aside, and the session is sent again unchanged",
    async (_, content) => {
      const { url, requests } = await collector();
      const machine = lab(url);
      const [damaged, whole] = [scribe("damaged"), scribe("whole")];
      await deliverTurn(machine, damaged);
      await deliverTurn(machine, whole);
      writeFileSync(stateFile(machine, damaged), content);
      addTurn(machine, whole);
      await deliverTurn(machine, damaged);
      expect(turnsIn(requests).filter((id) => whole.promptIds.includes(id))).toEqual(whole.promptIds);
      // `union` fails if a span arrives again with other content.
      expect([...new Set(turnsIn(requests))].sort()).toEqual(
        [...damaged.promptIds, ...whole.promptIds].sort(),
      );
      expect(union(requests).size).toBe(2 * (1 + 2 * 4));
      expect(machine.log()).toContain("was damaged and has been moved aside");
      expect(readFileSync(`${stateFile(machine, damaged)}.damaged`, "utf8")).toBe(content);
      await deliverTurn(machine, damaged);
      expect(turnsIn(requests).length).toBe(2 + 2 + 1 + 1);
    },
  );

  test("if the reading part of a session's state has an earlier version's shape, nothing is sent or counted twice", async () => {
    const METRICS = { CCOTEL_METRICS: "on" };
    const { url, requests } = await collector();
    const machine = lab(url);
    const session = scribe("earlier-shape");
    addTurn(machine, session);
    expect((await machine.worker(METRICS)).code).toBe(0);
    // The next turn has begun, and the position knows it.
    const [first = "", ...rest] = session.turn({ tools: 1 });
    const half = rest.length >> 1;
    machine.write(session.sessionId, [first, ...rest.slice(0, half)]);
    machine.event(session.sessionId, { name: "SessionStart" });
    expect((await machine.worker(METRICS)).code).toBe(0);
    const position = JSON.parse(readFileSync(stateFile(machine, session), "utf8"));
    expect(position.read.session.main.turn).toBeDefined();
    position.read.session.main.turn.thread = { ids: [] };
    writeFileSync(stateFile(machine, session), JSON.stringify(position));
    machine.write(session.sessionId, [...rest.slice(half), ...session.end()]);
    machine.event(session.sessionId, { name: "SessionEnd" });
    expect((await machine.worker(METRICS)).code).toBe(0);
    expect(machine.log()).toContain("was damaged and has been moved aside");
    expect(twice(requests)).toEqual([]);
    expect(turnsIn(requests)).toEqual(session.promptIds);
    const turns = metricsOf(...requests).flatMap(({ name, points }) =>
      name === "ccotel.turns" ? points : [],
    );
    expect(Number(turns.at(-1)?.value)).toBe(2);
    expect(differences(union(requests), await backfill(machine, [session.sessionId]))).toEqual([]);
  });

  test.each([
    ["{"],
    ["\0\0\0"],
    ["[]"],
    ['{"changes":7}'],
    ['{"changes":[{"path":"../../evil","content":"x"}]}'],
  ])("redo.json with %j is dropped, and delivery continues", async (content) => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const session = scribe("redo");
    await deliverTurn(machine, session);
    writeFileSync(machine.home.redo, content);
    await deliverTurn(machine, session);
    expect(turnsIn(requests)).toEqual(session.promptIds);
    expect(existsSync(machine.home.redo)).toBe(false);
    expect(existsSync(join(machine.folder, "../evil"))).toBe(false);
  });

  test.each(["delivery", "installation", "log", "rejected"] as const)(
    "delivery continues if the file of home.%s is damaged",
    async (name) => {
      const { url, requests } = await collector(inTurn(faults.partial(1, "note this")));
      const machine = lab(url);
      writeFileSync(machine.home[name], "\0{not what it should be");
      const session = scribe("others");
      await deliverTurn(machine, session);
      await deliverTurn(machine, session);
      expect(turnsIn(requests)).toEqual(session.promptIds);
      expect(twice(requests)).toEqual([]);
    },
  );

  test("metrics.json is moved aside, and the counters start again", async () => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const session = scribe("metrics");
    mkdirSync(machine.place.root, { recursive: true });
    writeFileSync(machine.place.metrics, '{"half":');
    addTurn(machine, session);
    expect((await machine.worker({ CCOTEL_METRICS: "on" })).code).toBe(0);
    expect(existsSync(`${machine.place.metrics}.damaged`)).toBe(true);
    expect(metricsOf(...requests).map(({ name }) => name)).toContain("ccotel.turns");
    expect(turnsIn(requests)).toEqual(session.promptIds);
  });

  test("files in the inbox that are not events are removed after a minute, and folders stay", async () => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const session = scribe("inbox");
    const files = {
      "1-0.json": "",
      "1-1.json": "\0\0\0\0",
      "1-2.json": "A=b\n\n{",
      "1-3.json": "A=b\n\n{}",
      "1-4.json": '\n{"session_id":7,"transcript_path":"/x"}',
      "1-5.json": "[]",
      "1-6": "a".repeat(1_000_000),
    };
    for (const [name, content] of Object.entries(files))
      writeFileSync(join(machine.home.inbox, name), content);
    mkdirSync(join(machine.home.inbox, "1-7.json"));
    await deliverTurn(machine, session);
    expect(turnsIn(requests)).toEqual(session.promptIds);
    expect(machine.inbox()).toEqual([...Object.keys(files), "1-7.json"].sort());
    const before = Date.now() / 1_000 - 61;
    for (const name of Object.keys(files)) utimesSync(join(machine.home.inbox, name), before, before);
    await deliverTurn(machine, session);
    expect(turnsIn(requests)).toEqual(session.promptIds);
    expect(machine.inbox()).toEqual(["1-7.json"]);
  });
});

describe("the state of a newer version", () => {
  test("a session state of a newer version and its event stay, and other sessions are delivered", async () => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const [newer, own] = [scribe("newer"), scribe("own")];
    const content = '{"format":3,"path":"/x","positions":[1,2,3]}';
    mkdirSync(machine.place.sessions, { recursive: true });
    writeFileSync(stateFile(machine, newer), content);
    addTurn(machine, newer);
    addTurn(machine, newer);
    addTurn(machine, own);
    expect((await machine.worker()).code).toBe(0);
    expect(turnsIn(requests)).toEqual(own.promptIds);
    expect(readFileSync(stateFile(machine, newer), "utf8")).toBe(content);
    expect(machine.inbox().length).toBe(1);
    expect(machine.log()).toContain("newer version of ccotel");
  });

  test.each([
    ["position", ({ place }: Lab) => place.sessions],
    ["hook facts", ({ home }: Lab) => home.sessions],
  ])(
    "an export leaves out a session whose %s a newer version wrote, says so, and sends the others",
    async (_, in_) => {
      const { url, requests } = await collector();
      const machine = lab(url);
      const sessions = ["before", "newer", "behind"].map((name) => scribe(`export-${name}`));
      for (const session of sessions) machine.write(session.sessionId, [...session.turn(), ...session.end()]);
      const [before, newer, behind] = sessions as [Scribe, Scribe, Scribe];
      const file = join(in_(machine), `${newer.sessionId}.json`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, '{"format":3}');
      for (const count of [2, 0]) {
        const from = requests.length;
        const { code, stderr } = await machine.tool(["export", "--all"]);
        expect({ code, stderr }).toEqual({
          code: 1,
          stderr: `A newer version of ccotel wrote ${file}. Its session is left out. Update ccotel, then run \`ccotel configure\` to update the hook's programs as well.\n`,
        });
        expect(turnsIn(requests.slice(from)).length).toBe(count);
      }
      expect(turnsIn(requests).sort()).toEqual([...before.promptIds, ...behind.promptIds].sort());
      rmSync(file);
      expect((await machine.tool(["export", "--all"])).code).toBe(0);
      expect(turnsIn(requests).sort()).toEqual(sessions.flatMap(({ promptIds }) => promptIds).sort());
    },
  );

  test("while a commit of a newer version is unfinished, nothing is sent", async () => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const session = scribe("newer-redo");
    const content = '{"format":2,"steps":[]}';
    writeFileSync(machine.home.redo, content);
    addTurn(machine, session);
    expect((await machine.worker()).code).toBe(1);
    expect(requests.length).toBe(0);
    expect(readFileSync(machine.home.redo, "utf8")).toBe(content);
    expect(machine.inbox().length).toBe(1);
  });

  test("fields that this version does not know are kept", async () => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const session = scribe("fields");
    await deliverTurn(machine, session);
    const saved = JSON.parse(readFileSync(stateFile(machine, session), "utf8"));
    saved.future = { kept: true };
    saved.read.session.future = [1];
    writeFileSync(stateFile(machine, session), JSON.stringify(saved));
    await deliverTurn(machine, session);
    const after = JSON.parse(readFileSync(stateFile(machine, session), "utf8"));
    expect(after.future).toEqual({ kept: true });
    expect(after.read.session.future).toEqual([1]);
    expect(turnsIn(requests)).toEqual(session.promptIds);
  });
});

describe("times in the future", () => {
  test("events and state with a time one hour in the future are handled like others", async () => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const session = scribe("back");
    addTurn(machine, session);
    await machine.worker({ CLOCK_OFFSET_MS: "3600000" });
    const future = new Date(Date.now() + 3_600_000);
    for (const file of [stateFile(machine, session), machine.home.delivery]) utimesSync(file, future, future);
    addTurn(machine, session);
    for (const name of machine.inbox()) utimesSync(join(machine.home.inbox, name), future, future);
    expect(await machine.worker()).toMatchObject({ code: 0, stderr: "" });
    expect(turnsIn(requests)).toEqual(session.promptIds);
    expect(twice(requests)).toEqual([]);
    expect(machine.inbox()).toEqual([]);
  });

  test("spans of records with a time in the future end now at the latest", async () => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const session = scribe("future", Date.now() + 600_000);
    await deliverTurn(machine, session);
    const now = BigInt(Date.now()) * 1_000_000n;
    expect(turnsIn(requests)).toEqual(session.promptIds);
    for (const { startNs, endNs } of spansOf(...requests)) {
      expect(endNs).toBeLessThanOrEqual(now);
      expect(startNs).toBeLessThanOrEqual(endNs);
    }
  });
});

test("a record with a time half a second in the future keeps it, as in a backfill", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  const { timestamp } = JSON.parse(scribe("ahead", 0).turn().at(-1) ?? "") as { timestamp: string };
  // The turn ends half a second in the future. The worker starts before that time has passed.
  const session = scribe("ahead", Date.now() + 500 - Date.parse(timestamp));
  machine.write(session.sessionId, [...session.turn(), ...session.end()]);
  machine.event(session.sessionId, { name: "SessionEnd" });
  await machine.worker();
  expect(differences(union(requests), await backfill(machine, [session.sessionId]))).toEqual([]);
});

describe("a full disk", () => {
  test("if the disk is full at any step, the worker exits, and once there is space the next one delivers everything", async () => {
    const plain = await collector();
    const probe = lab(plain.url);
    const story = (machine: Lab) => {
      const session = scribe("full");
      machine.write(session.sessionId, [...session.turn(), ...session.turn(), ...session.end()]);
      machine.event(session.sessionId, { name: "SessionStart" });
      machine.event(session.sessionId, { name: "SessionEnd" });
      return session;
    };
    const { sessionId } = story(probe);
    const file = join(probe.folder, "steps");
    await probe.worker({ STEPS_FILE: file, CCOTEL_METRICS: "on" });
    const steps = readFileSync(file, "utf8").trimEnd().split("\n");
    const expected = await backfill(probe, [sessionId]);
    const sent = steps.indexOf("request sent");
    const wrong: string[] = [];
    for (const [index, name] of steps.entries()) {
      if (!/^(open|write|link|append)/.test(name)) continue;
      const { url, requests } = await collector();
      const machine = lab(url);
      story(machine);
      await machine.worker({ FAIL_FROM: String(index), CCOTEL_METRICS: "on" });
      const after = await machine.worker({ CCOTEL_METRICS: "on" });
      // Metrics that could not be saved are sent with the next event.
      machine.event(sessionId, { name: "SessionEnd" });
      await machine.worker({ CCOTEL_METRICS: "on" });
      const faults = [
        ...differences(union(requests), expected),
        ...(index < sent ? twice(requests) : []),
        ...machine.inbox(),
        ...(after.code === 0 ? [] : [after.stderr]),
        ...turnsCounted(requests),
      ];
      if (faults.length > 0) wrong.push(`${index} ${name}: ${faults.join("; ")}`);
    }
    expect(wrong).toEqual([]);
  });
});

/** The difference between the number of turns in the metrics and 2. Empty if there is none. */
function turnsCounted(requests: Collector["requests"]): string[] {
  const points = metricsOf(...requests).flatMap(({ name, points }) =>
    name === "ccotel.turns" ? points : [],
  );
  const last = Number(points.at(-1)?.value);
  return last === 2 ? [] : [`${last} turns were counted`];
}

describe("a read-only state folder", () => {
  test.skipIf(process.getuid?.() !== 0)(
    "if the state folder is read-only, the worker sends nothing and changes nothing",
    async () => {
      const { url, requests } = await collector();
      const machine = lab(url);
      const session = scribe("read-only");
      addTurn(machine, session);
      for (const folder of [machine.folder, machine.home.root, machine.home.inbox, machine.home.sessions])
        chmodSync(folder, 0o755);
      const before = readdirSync(machine.home.root, { recursive: true });
      const nobody = 65_534;
      const { code, waitedMs } = await machine.worker({}, { uid: nobody, gid: nobody });
      expect(code).toBe(1);
      expect(waitedMs).toBeLessThan(5_000);
      expect(requests.length).toBe(0);
      expect(readdirSync(machine.home.root, { recursive: true })).toEqual(before);
      expect(await machine.worker()).toMatchObject({ code: 0 });
      expect(turnsIn(requests)).toEqual(session.promptIds);
    },
  );
});
