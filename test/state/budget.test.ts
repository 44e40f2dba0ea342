import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { appendLine } from "../../src/state/log.ts";
import { buildWorker, lab } from "../support/lab.ts";
import { collector } from "../support/otlp-server.ts";
import { scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

const HOUR_MS = 3_600_000;

function touch(path: string, ageMs: number): string {
  writeFileSync(path, "half of somethi");
  const at = new Date(Date.now() - ageMs);
  utimesSync(path, at, at);
  return path;
}

describe("the limits of the state folder", () => {
  test("files that killed processes left half-written are removed after an hour", async () => {
    const { url } = await collector();
    const { home, ...machine } = lab(url);
    const names = [
      join(home.sessions, "0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0.json.4711-3.tmp"),
      join(home.root, "redo.json.4711-4.tmp"),
      join(home.root, "worker.lock.0123456789abcdef"),
      join(home.root, "worker.lock.0123456789abcdef.stale"),
      join(home.inbox, ".4711-0"),
    ];
    for (const name of names) touch(name, 2 * HOUR_MS);
    const young = touch(join(home.inbox, ".4712-0"), 0.5 * HOUR_MS);
    expect((await machine.worker()).code).toBe(0);
    expect(names.filter((name) => existsSync(name))).toEqual([]);
    expect(existsSync(young)).toBe(true);
  });

  test("a damaged state that was moved aside is removed after sixty days", async () => {
    const { home, ...machine } = lab(undefined);
    const old = touch(join(home.sessions, "a.json.damaged"), 61 * 24 * HOUR_MS);
    const young = touch(join(home.sessions, "b.json.damaged"), 59 * 24 * HOUR_MS);
    await machine.worker();
    expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
  });

  test("the log and the list of rejected spans keep two files of one megabyte each", () => {
    const { home } = lab(undefined);
    const line = "x".repeat(1_000);
    for (const file of [home.log, home.rejected])
      for (let count = 0; count < 5_000; count++) appendLine(file, line);
    const files = readdirSync(home.root).filter((name) => /^(ccotel\.log|rejected\.jsonl)/.test(name));
    expect(files.sort()).toEqual(["ccotel.log", "ccotel.log.1", "rejected.jsonl", "rejected.jsonl.1"]);
    for (const name of files) expect(statSync(join(home.root, name)).size).toBeLessThan(1.1 * (1 << 20));
  });

  test("the inbox keeps one event for a session that cannot be delivered", async () => {
    const machine = lab("http://127.0.0.1:9");
    const session = scribe("waiting");
    for (let turn = 0; turn < 10; turn++) {
      machine.write(session.sessionId, session.turn());
      machine.event(session.sessionId, { promptId: session.promptIds[turn] });
    }
    machine.event(session.sessionId, { name: "SessionEnd" });
    const worker = machine.start();
    await expect.poll(() => machine.inbox().length).toBe(1);
    // Later events do not pile up while the worker waits for the backend.
    for (let event = 0; event < 5; event++) machine.event(session.sessionId, { name: "SessionEnd" });
    await expect.poll(() => machine.inbox().length).toBe(1);
    worker.kill("SIGKILL");
  });
});
