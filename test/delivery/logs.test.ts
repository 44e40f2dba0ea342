import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { CollectorRequest } from "../../src/collector/collector.ts";
import { exportSessions } from "../../src/delivery/export/export-sessions.ts";
import { sendRejected } from "../../src/delivery/export/send-rejected.ts";
import { prepare } from "../../src/delivery/load/load.ts";
import { buildWorker, type Lab, lab, twice } from "../support/lab.ts";
import { collector, logsOf, refusingUrl, spansOf } from "../support/otlp-server.ts";
import { recording, sessionIdOf, transcriptsOf } from "../support/recordings.ts";

beforeAll(buildWorker);

const LOGS = { CCOTEL_LOGS: "on" };
/** With a denied call, an interrupt, and failed requests. */
const RECORDED = ["tui-permission", "tui-esc-stream", "05-fatal-400"];

/** Copies recorded sessions to the client's folder, and writes their last events into the inbox. */
function play(machine: Lab, names: readonly string[]): string[] {
  return names.flatMap(transcriptsOfName).map((path) => {
    const sessionId = sessionIdOf(path);
    machine.write(sessionId, [readFileSync(path, "utf8")]);
    machine.event(sessionId, { name: "SessionEnd" });
    return sessionId;
  });
}

function transcriptsOfName(name: string): string[] {
  return transcriptsOf(recording(name));
}

function namesOf(requests: readonly CollectorRequest[]): string[] {
  return logsOf(...requests).map(({ eventName }) => eventName);
}

function uidsOf(requests: readonly CollectorRequest[]): string[] {
  return logsOf(...requests).map(({ attributes }) => String(attributes["log.record.uid"]));
}

async function exporting(machine: Lab, url: string, ids: string[], resend = false, env = {}) {
  const prepared = await prepare({
    env: { CCOTEL_ENDPOINT: url, CCOTEL_METRICS: "off", ...LOGS, CLAUDE_CONFIG_DIR: machine.claude, ...env },
    otelFromEnvironment: false,
    userAgent: "test",
    homeDir: machine.folder,
  });
  const sessions = ids.map((sessionId) => ({ sessionId, path: machine.transcript(sessionId) }));
  const request = { home: machine.home, sessions, prepared, resend, countMetrics: false };
  return { prepared, result: await exportSessions(request) };
}

describe("log records", () => {
  test("are off by default", async () => {
    const { url, requests } = await collector();
    const machine = lab(url);
    play(machine, RECORDED);
    await machine.worker();
    expect(spansOf(...requests).length).toBeGreaterThan(0);
    expect(requests.filter(({ signal }) => signal === "logs")).toEqual([]);
  });

  test("arrive once, and each names a span that arrives too", async () => {
    const { url, requests } = await collector();
    const machine = lab(url);
    play(machine, RECORDED);
    expect(await machine.worker(LOGS)).toMatchObject({ code: 0, stderr: "" });
    for (const name of ["ccotel.tool_denied", "ccotel.interrupt", "ccotel.api_error"])
      expect(namesOf(requests)).toContain(name);
    const spans = new Set(spansOf(...requests).map(({ traceId, spanId }) => traceId + spanId));
    for (const record of logsOf(...requests)) {
      expect(spans).toContain(record.traceId + record.spanId);
      expect(record.attributes).toMatchObject({
        "event.name": record.eventName,
        "session.id": expect.any(String),
      });
    }
    const uids = uidsOf(requests);
    expect(new Set(uids).size).toBe(uids.length);
    // Another event of the same session sends nothing new.

    machine.event(sessionIdOf(transcriptsOfName(RECORDED[0] as string)[0] as string), { name: "SessionEnd" });
    await machine.worker(LOGS);
    expect(uidsOf(requests)).toEqual(uids);
  });

  test("wait while their own endpoint is down, and the spans are not sent twice", async () => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const down = await refusingUrl();
    play(machine, RECORDED);
    await machine.worker({ ...LOGS, CCOTEL_LOGS_ENDPOINT: `${down}/v1/logs`, HASTE: "1000" });
    expect(logsOf(...requests)).toEqual([]);

    for (const name of RECORDED)
      for (const path of transcriptsOfName(name)) machine.event(sessionIdOf(path), { name: "SessionEnd" });
    await machine.worker(LOGS);
    const uids = uidsOf(requests);
    expect(uids.length).toBeGreaterThan(2);
    expect(new Set(uids).size).toBe(uids.length);
    expect(twice(requests)).toEqual([]);
  });

  test("of past sessions are sent by an export, and sent again only with --resend", async () => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const ids = play(machine, RECORDED);
    const first = await exporting(machine, url, ids);
    expect(first.result.logsSent).toBe(logsOf(...requests).length);
    expect(first.result.logsSent).toBeGreaterThan(2);
    expect((await exporting(machine, url, ids)).result.logsSent).toBe(0);
    const before = uidsOf(requests);
    expect((await exporting(machine, url, ids, true)).result.logsSent).toBe(before.length);
    expect(uidsOf(requests).slice(before.length)).toEqual(before);
  });

  test("that the backend rejects are set aside one by one, and can be sent after the repair", async () => {
    let isPicky = true;
    const { url, requests } = await collector(({ logs }) =>
      isPicky &&
      logs.some(({ records }) => records.some(({ eventName }) => eventName === "ccotel.tool_denied"))
        ? { status: 400, body: "no denials accepted" }
        : {},
    );
    const machine = lab(url);
    const ids = play(machine, RECORDED);
    const { prepared, result } = await exporting(machine, url, ids);
    expect(result.spansRejected).toBeGreaterThan(0);
    const lines = readFileSync(machine.home.rejected, "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject(
      lines.map(() => ({ signal: "logs", name: "ccotel.tool_denied", recordId: expect.any(String) })),
    );
    isPicky = false;
    const after = requests.length;
    const again = await sendRejected(machine.home, prepared);
    expect(again).toMatchObject({ logsSent: lines.length, spansSent: 0 });
    expect(namesOf(requests.slice(after))).toEqual(lines.map(() => "ccotel.tool_denied"));
    expect((await sendRejected(machine.home, prepared)).sessions).toBe(0);
  });

  test("can be all that a destination gets", async () => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const ids = play(machine, RECORDED);
    await exporting(machine, url, ids, false, { CCOTEL_TRACES: "off" });
    expect(requests.map(({ signal }) => signal)).toEqual(requests.map(() => "logs"));
    expect(requests.length).toBeGreaterThan(0);
  });

  test("arrive although the worker is killed at any step, and are identical if they are sent again", async () => {
    const steps = 60;
    for (let at = 0; at < steps; at += 3) {
      const { url, requests } = await collector();
      const machine = lab(url);
      play(machine, ["tui-permission"]);
      const { signal } = await machine.worker({ ...LOGS, DIE_AT: String(at) });
      for (const path of transcriptsOfName("tui-permission"))
        machine.event(sessionIdOf(path), { name: "SessionEnd" });
      await machine.worker(LOGS);
      const texts = logsOf(...requests).map((record) =>
        JSON.stringify(record, (_, value) => (typeof value === "bigint" ? String(value) : value)),
      );
      // A record that was sent but not committed is sent again, unchanged. A store recognises it by log.record.uid.
      expect(new Set(uidsOf(requests)).size).toBe(new Set(texts).size);
      expect(namesOf(requests)).toContain("ccotel.tool_denied");
      if (signal === null) break;
    }
  });
});
