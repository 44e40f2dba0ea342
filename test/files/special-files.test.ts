// Something other than a regular file in the place of a file. It affects only its own session, and does not block
// ccotel.

import { spawnSync } from "node:child_process";
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { buildWorker, type Lab, lab, twice } from "../support/lab.ts";
import { collector, spansOf } from "../support/otlp-server.ts";
import { scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

const GB = 2 ** 30;

/** Entries that can be in the place of a file, by name. */
const SPECIAL: Record<string, (path: string) => void> = {
  "a FIFO": (path) => void spawnSync("mkfifo", [path]),
  "a link to a FIFO": (path) => {
    spawnSync("mkfifo", [`${path}.fifo`]);
    symlinkSync(`${path}.fifo`, path);
  },
  "a link to a device that never ends": (path) => symlinkSync("/dev/zero", path),
  "a folder": (path) => void mkdirSync(path),
  "a loop of links": (path) => {
    symlinkSync(path, `${path}.b`);
    symlinkSync(`${path}.b`, path);
  },
  "a link to nowhere": (path) => symlinkSync("/nowhere/at/all", path),
  "eight gigabytes": (path) => {
    const fd = openSync(path, "w");
    ftruncateSync(fd, 8 * GB);
    closeSync(fd);
  },
};

/** Puts an entry in a place. Returns additional variables of the worker's environment. */
const PLACES: Record<string, (machine: Lab, sessionId: string, put: (path: string) => void) => object> = {
  "the transcript": (machine, sessionId, put) => {
    rmSync(machine.transcript(sessionId));
    put(machine.transcript(sessionId));
    return {};
  },
  "a subagent's file": (machine, sessionId, put) => {
    const folder = join(dirname(machine.transcript(sessionId)), sessionId, "subagents");
    mkdirSync(folder, { recursive: true });
    put(join(folder, "agent-a1.jsonl"));
    return {};
  },
  "a subagent's metadata": (machine, sessionId, put) => {
    const folder = join(dirname(machine.transcript(sessionId)), sessionId, "subagents");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "agent-a1.jsonl"), "");
    put(join(folder, "agent-a1.meta.json"));
    return {};
  },
  "the session's state": (machine, sessionId, put) => {
    put(join(machine.home.sessions, `${sessionId}.json`));
    return {};
  },
  "an event": (machine, _, put) => {
    put(join(machine.home.inbox, "1-special.json"));
    return {};
  },
  "the price file": (machine, _, put) => {
    put(join(machine.folder, "prices.json"));
    return { CCOTEL_PRICES: join(machine.folder, "prices.json") };
  },
  "metrics.json": (machine, _, put) => {
    put(join(machine.home.root, "metrics.json"));
    return { CCOTEL_METRICS: "on" };
  },
  "the file of a running client": (machine, _, put) => {
    const folder = join(machine.claude, "sessions");
    mkdirSync(folder, { recursive: true });
    put(join(folder, "4711.json"));
    return {};
  },
};

describe.each(Object.keys(PLACES))("instead of %s,", (place) => {
  test.each(Object.keys(SPECIAL))("%s does not stop the delivery of other sessions", async (kind) => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const [special, other] = [scribe("special"), scribe("other")];
    for (const session of [special, other]) {
      machine.write(session.sessionId, session.turn());
      machine.event(session.sessionId, { promptId: session.promptIds[0] });
    }
    const env = PLACES[place]?.(machine, special.sessionId, SPECIAL[kind] as (path: string) => void);
    const { code, stderr } = await machine.worker(env as Record<string, string>);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const sessions = new Set(spansOf(...requests).map(({ attributes }) => attributes["session.id"]));
    expect(sessions).toContain(other.sessionId);
    // ccotel can work without any file except the transcript.
    if (place !== "the transcript") expect(sessions, machine.log()).toContain(special.sessionId);
    expect(twice(requests)).toEqual([]);
    expect(machine.log()).not.toMatch(/^ +at /m);
    expect(readdirSync(machine.home.root)).not.toContain("worker.lock");
  });
});

describe("instead of the user's settings,", () => {
  test.each(Object.keys(SPECIAL))("%s does not block the worker", async (kind) => {
    const machine = lab(undefined);
    const session = scribe("settings");
    machine.write(session.sessionId, session.turn());
    machine.event(session.sessionId, { promptId: session.promptIds[0] });
    mkdirSync(machine.claude, { recursive: true });
    SPECIAL[kind]?.(join(machine.claude, "settings.json"));
    expect((await machine.worker()).code).toBe(0);
  });
});
