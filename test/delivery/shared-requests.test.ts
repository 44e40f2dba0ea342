// Small sessions of an export share requests, so a failed request affects all of them. Each span must arrive, and none
// twice, except after a lost acknowledgement.

import { beforeAll, expect, test } from "vitest";
import type { CollectorOptions, CollectorRequest } from "../../src/collector/collector.ts";
import { exportSessions } from "../../src/delivery/export/export-sessions.ts";
import type { ExportRequest } from "../../src/delivery/export/export-work.ts";
import { prepare } from "../../src/delivery/load/load.ts";
import { realWorld } from "../../src/state/world.ts";
import { backfill } from "../support/backfill.ts";
import { buildTool, differences, type Lab, lab, twice, union } from "../support/lab.ts";
import { collector, faults, inTurn, spansOf } from "../support/otlp-server.ts";
import { type Scribe, scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildTool);

const SESSIONS = 12;

/** Short sessions. One of them has more spans than fit into a request. */
function history(machine: Lab, name: string): Scribe[] {
  return Array.from({ length: SESSIONS }, (_, index) => {
    const session = scribe(`${name}-${index}`);
    const turns = Array.from({ length: index === 5 ? 150 : 2 }, () => session.turn({ tools: 1 }));
    machine.write(session.sessionId, [...turns.flat(), ...session.end()]);
    return session;
  });
}

/** A backend that records the spans it has accepted. */
async function backend(respond: NonNullable<CollectorOptions["respond"]> = () => ({})) {
  const accepted: CollectorRequest[] = [];
  const started = await collector(respond, { onTraces: (_, request) => void accepted.push(request) });
  return { ...started, accepted };
}

/** Exports everything in this process, with waits of zero length. */
async function exportAll(
  machine: Lab,
  url: string,
  sessions: readonly Scribe[],
  more: Record<string, string> = {},
  onProgress: NonNullable<ExportRequest["onProgress"]> = () => {},
) {
  const env = { CCOTEL_ENDPOINT: url, CCOTEL_METRICS: "off", CLAUDE_CONFIG_DIR: machine.claude, ...more };
  const prepared = await prepare({
    env,
    otelFromEnvironment: false,
    userAgent: "test",
    homeDir: machine.folder,
  });
  return exportSessions(
    {
      home: machine.home,
      sessions: sessions.map(({ sessionId }) => ({ sessionId, path: machine.transcript(sessionId) })),
      prepared,
      resend: false,
      countMetrics: more.CCOTEL_METRICS === "on",
      onProgress,
    },
    { ...realWorld(machine.home, {}), sleep: async () => {} },
  );
}

const ids = (sessions: readonly Scribe[]) => sessions.map(({ sessionId }) => sessionId);

test("small sessions share a request, and only a session that is too large for one request is split", async () => {
  const { url, accepted } = await backend();
  const machine = lab(url);
  const sessions = history(machine, "shared");
  expect(await exportAll(machine, url, sessions)).toMatchObject({ sessions: SESSIONS, spansRejected: 0 });
  expect(accepted.map((request) => new Set(spansOf(request).map(({ traceId }) => traceId)).size)).toEqual([
    5, 1, 1, 6,
  ]);
  expect(differences(union(accepted), await backfill(machine, ids(sessions)))).toEqual([]);
  expect(twice(accepted)).toEqual([]);
  for (const { sessionId } of sessions)
    expect(machine.saved(sessionId)?.lastDelivery?.spans).toBeGreaterThan(0);
  expect((await exportAll(machine, url, sessions)).spansSent).toBe(0);
});

test.each([
  ["gets a 503", faults.status(503)],
  ["gets a 500", faults.status(500)],
  ["gets a 413", faults.status(413)],
  ["gets a 400", faults.status(400)],
])("if a shared request %s, every span arrives once", async (_, fault) => {
  const { url, accepted } = await backend(inTurn(fault));
  const machine = lab(url);
  const sessions = history(machine, "fault");
  expect(await exportAll(machine, url, sessions)).toMatchObject({ sessions: SESSIONS, spansRejected: 0 });
  expect(differences(union(accepted), await backfill(machine, ids(sessions)))).toEqual([]);
  expect(twice(accepted)).toEqual([]);
});

test("if the backend rejects a span in a shared request, only that span is set aside", async () => {
  const machine = lab(undefined);
  const sessions = history(machine, "bad-span");
  const all = await backfill(machine, ids(sessions));
  const [bad = ""] = await backfill(machine, [ids(sessions)[8] ?? ""]).then((spans) => [...spans.keys()]);
  const { url, accepted } = await backend(faults.rejectBatchWith(bad.split("/").at(-1) ?? ""));
  const result = await exportAll(machine, url, sessions);
  expect(result).toMatchObject({ sessions: SESSIONS, spansRejected: 1 });
  expect(result.spansSent).toBe(all.size - 1);
  expect(twice(accepted)).toEqual([]);
});

test("spans of a shared request that the backend drops (partial success) are counted, logged and not sent again", async () => {
  const { url, requests } = await backend(inTurn(faults.partial(7, "too old")));
  const machine = lab(url);
  const sessions = history(machine, "partial");
  const all = await backfill(machine, ids(sessions));
  expect(await exportAll(machine, url, sessions)).toMatchObject({
    sessions: SESSIONS,
    spansRejected: 7,
    spansSent: all.size - 7,
  });
  expect(twice(requests)).toEqual([]);
  expect(machine.log()).toContain("dropped 7 of its items: too old");
});

test("spans arrive once although the log records of the same sessions are first answered with 503", async () => {
  let busy = 2;
  const { url, requests } = await backend((request) =>
    request.path === "/v1/logs" && busy-- > 0 ? { status: 503 } : {},
  );
  const machine = lab(url);
  const sessions = history(machine, "beside");
  const more = { CCOTEL_LOGS: "on", CCOTEL_METRICS: "on" };
  expect(await exportAll(machine, url, sessions, more)).toMatchObject({
    sessions: SESSIONS,
    spansRejected: 0,
  });
  const traces = requests.filter(({ path }) => path === "/v1/traces");
  expect(twice(traces)).toEqual([]);
  expect(differences(union(traces), await backfill(machine, ids(sessions)))).toEqual([]);
});

test("an export that ends with an error waits for the answer to its open request, which is not sent again", async () => {
  const { url, accepted } = await backend(faults.slow(300));
  const machine = lab(url);
  const sessions = Array.from({ length: 70 }, (_, index) => scribe(`error-${index}`));
  for (const session of sessions) machine.write(session.sessionId, [...session.turn(), ...session.end()]);
  const onProgress = ({ done }: { done: number }) => {
    if (done === 67) throw new Error("the terminal is gone");
  };
  await expect(exportAll(machine, url, sessions, {}, onProgress)).rejects.toThrow("the terminal is gone");
  expect(spansOf(...accepted).length).toBeGreaterThan(0);
  expect(await exportAll(machine, url, sessions)).toMatchObject({ spansRejected: 0 });
  expect(differences(union(accepted), await backfill(machine, ids(sessions)))).toEqual([]);
  expect(twice(accepted)).toEqual([]);
});

test("after an export was killed during a request, the next one sends the rest and repeats at most two requests", async () => {
  for (const at of [1, 2, 3, 4]) {
    let kill = () => {};
    const { url, accepted, requests } = await backend(async (_, index) => {
      if (index + 1 === at) kill();
      return {};
    });
    const machine = lab(url);
    const sessions = history(machine, `killed-${at}`);
    const killed = await machine.tool(["export", "--all"], {}, (child) => {
      kill = () => void child.kill("SIGKILL");
    });
    expect(killed.signal).toBe("SIGKILL");
    const before = requests.length;
    expect((await machine.tool(["export", "--all"])).code).toBe(0);
    expect(differences(union(accepted), await backfill(machine, ids(sessions)))).toEqual([]);
    // Only the spans of two requests can be sent again: the one without an answer, and the one whose positions were
    // being written.
    const again = twice(accepted).length;
    const last = requests.slice(Math.max(0, before - 2), before);
    expect(again).toBeLessThanOrEqual(spansOf(...last).length);
  }
});
