// A state folder to which other users can write, or have written. ccotel repairs modes, does not follow links, moves
// misplaced entries aside, and delivers everything else.

import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { buildWorker, type Lab, lab, twice } from "../support/lab.ts";
import { collector, metricsOf, spansOf } from "../support/otlp-server.ts";
import { type Scribe, scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

const METRICS = { CCOTEL_METRICS: "on" };

async function deliverTurn(machine: Lab, session: Scribe): Promise<void> {
  machine.write(session.sessionId, session.turn());
  machine.event(session.sessionId, { promptId: session.promptIds.at(-1) });
  expect(await machine.worker(METRICS)).toMatchObject({ code: 0, stderr: "" });
}

function turnsIn(requests: Awaited<ReturnType<typeof collector>>["requests"]): string[] {
  return spansOf(...requests)
    .filter(({ name }) => /^(invoke_agent claude-code|.*)$/.test(name))
    .flatMap(({ attributes }) =>
      attributes["ccotel.turn.outcome"] ? [String(attributes["prompt.id"])] : [],
    );
}

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

test("a worker repairs the modes of folders and logs that other users can write to", async () => {
  const { url } = await collector();
  const machine = lab(url);
  const session = scribe("modes");
  await deliverTurn(machine, session);
  writeFileSync(machine.home.log, "a line\n");
  for (const folder of [machine.home.root, machine.home.inbox, machine.home.sessions])
    chmodSync(folder, 0o777);
  chmodSync(machine.home.log, 0o666);
  // This damage is logged.
  writeFileSync(join(machine.home.sessions, `${scribe("damaged").sessionId}.json`), "{");
  await deliverTurn(machine, scribe("damaged"));
  for (const folder of [machine.home.root, machine.home.inbox, machine.home.sessions])
    expect(mode(folder), folder).toBe("700");
  expect(mode(machine.home.log)).toBe("600");
});

describe("links are not followed", () => {
  test("if the log is a link, its target stays unchanged, and the log becomes a file", async () => {
    const { url } = await collector();
    const machine = lab(url);
    const startUp = join(machine.folder, ".bashrc");
    writeFileSync(startUp, "alias ll='ls -l'\n");
    for (const place of [machine.home.log, machine.home.rejected]) symlinkSync(startUp, place);
    writeFileSync(join(machine.home.sessions, `${scribe("logged").sessionId}.json`), "{");
    await deliverTurn(machine, scribe("logged"));
    expect(readFileSync(startUp, "utf8")).toBe("alias ll='ls -l'\n");
    expect(lstatSync(machine.home.log).isFile()).toBe(true);
    expect(machine.log()).toContain("was damaged");
  });

  test.each(["sessions", "inbox"] as const)(
    "if %s is a link, it is moved aside, replaced by a folder, and logged once",
    async (name) => {
      const { url, requests } = await collector();
      const machine = lab(url);
      const elsewhere = join(machine.folder, "elsewhere");
      mkdirSync(elsewhere);
      rmSync(machine.home[name], { recursive: true });
      symlinkSync(elsewhere, machine.home[name]);
      const session = scribe("link");
      await machine.worker();
      await deliverTurn(machine, session);
      await deliverTurn(machine, session);
      expect(readdirSync(elsewhere)).toEqual([]);
      expect(turnsIn(requests)).toEqual(session.promptIds);
      expect(
        machine.log().match(/in the place of a folder of ccotel; it is now .*\.damaged\.$/gm),
      ).toHaveLength(1);
    },
  );

  test("redo.json cannot write through a link, to a program or outside the state folder", async () => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const session = scribe("redo");
    await deliverTurn(machine, session);
    const elsewhere = join(machine.folder, "elsewhere");
    mkdirSync(elsewhere);
    mkdirSync(join(machine.home.root, "destinations"), { recursive: true });
    symlinkSync(elsewhere, join(machine.home.root, "destinations", "link"));
    mkdirSync(machine.home.bin, { recursive: true });
    const paths = [
      "destinations/link/evil.json",
      "bin/worker.cjs",
      "bin/evil.json",
      "installation.json",
      "sessions/../../evil.json",
      join(machine.folder, "evil.json"),
    ];
    const before = readFileSync(machine.home.installation, "utf8");
    writeFileSync(
      machine.home.redo,
      JSON.stringify({
        format: 1,
        changes: [null, 7, {}, ...paths.map((path) => ({ path, content: "evil" }))],
      }),
    );
    await deliverTurn(machine, session);
    expect(turnsIn(requests)).toEqual(session.promptIds);
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(readdirSync(machine.home.bin)).toEqual([]);
    expect(existsSync(join(machine.folder, "evil.json"))).toBe(false);
    expect(readFileSync(machine.home.installation, "utf8")).toBe(before);
    expect(existsSync(machine.home.redo)).toBe(false);
  });
});

describe("a misplaced entry", () => {
  test.each([
    "redo.json",
    "delivery.json",
    "installation.json",
    "ccotel.log",
    "rejected.jsonl",
    "catalog.tsv",
    "delivered.json",
    "worker.lock",
    "metrics.json",
    "SESSION",
  ])("a folder in the place of %s does not stop delivery, and nothing is sent twice", async (name) => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const [session, other] = [scribe("mine"), scribe("other")];
    const path =
      name === "SESSION"
        ? join(machine.home.sessions, `${session.sessionId}.json`)
        : join(machine.home.root, name);
    rmSync(path, { force: true });
    mkdirSync(path);
    writeFileSync(join(path, "something"), "of another user");
    await deliverTurn(machine, session);
    await deliverTurn(machine, other);
    await deliverTurn(machine, session);
    expect(turnsIn(requests).sort()).toEqual([...session.promptIds, ...other.promptIds].sort());
    expect(twice(requests)).toEqual([]);
    expect(metricsOf(...requests).map((metric) => metric.name)).toContain("ccotel.turns");
  });

  test("a file in the place of the sessions folder is moved aside, and everything is delivered", async () => {
    const { url, requests } = await collector();
    const machine = lab(url);
    rmSync(machine.home.sessions, { recursive: true });
    writeFileSync(machine.home.sessions, "no folder");
    const session = scribe("sessions");
    await deliverTurn(machine, session);
    expect(turnsIn(requests)).toEqual(session.promptIds);
    expect(readFileSync(`${machine.home.sessions}.damaged`, "utf8")).toBe("no folder");
  });

  test("folders and links in a destination's folder do not stop delivery, and no link is followed", async () => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const session = scribe("destination");
    await deliverTurn(machine, session);
    const [key = ""] = readdirSync(machine.home.destinations);
    const place = join(machine.home.destinations, key);
    const elsewhere = join(machine.folder, "elsewhere");
    mkdirSync(elsewhere);
    for (const name of readdirSync(place)) {
      rmSync(join(place, name), { recursive: true });
      if (name.endsWith(".json")) mkdirSync(join(place, name));
      else symlinkSync(elsewhere, join(place, name));
    }
    await deliverTurn(machine, session);
    await deliverTurn(machine, session);
    // The position was lost with the folder, so the first turn is sent again, unchanged.
    expect([...new Set(turnsIn(requests))]).toEqual(session.promptIds);
    expect(readdirSync(elsewhere)).toEqual([]);
    rmSync(machine.home.destinations, { recursive: true });
    writeFileSync(machine.home.destinations, "no folder");
    await deliverTurn(machine, session);
    expect([...new Set(turnsIn(requests))]).toEqual(session.promptIds);
  });

  test("1,100 folders in the inbox do not stop delivery", async () => {
    const { url, requests } = await collector();
    const machine = lab(url);
    for (let n = 0; n < 1_100; n++) mkdirSync(join(machine.home.inbox, `f${n}.json`));
    const session = scribe("folders");
    await deliverTurn(machine, session);
    expect(turnsIn(requests)).toEqual(session.promptIds);
  });

  test("misplaced folders can be moved aside several times", async () => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const session = scribe("twice");
    for (let n = 0; n < 3; n++) {
      mkdirSync(machine.home.redo);
      writeFileSync(join(machine.home.redo, "x"), "");
      await deliverTurn(machine, session);
    }
    expect(turnsIn(requests)).toEqual(session.promptIds);
  });
});

test("a state folder that is itself a link is used", async () => {
  const { url, requests } = await collector();
  const machine = lab(url);
  const real = join(machine.folder, "real");
  renameSync(machine.home.root, real);
  symlinkSync(real, machine.home.root);
  const session = scribe("own link");
  await deliverTurn(machine, session);
  expect(turnsIn(requests)).toEqual(session.promptIds);
  expect(lstatSync(machine.home.root).isSymbolicLink()).toBe(true);
});
