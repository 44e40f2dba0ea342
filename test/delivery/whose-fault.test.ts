// After a failure, ccotel must decide whether the span or the backend causes it. It drops no span until the backend has
// accepted something since the failure began.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Collector } from "../../src/collector/collector.ts";
import { backfill } from "../support/backfill.ts";
import { buildWorker, differences, type Lab, lab, twice, union } from "../support/lab.ts";
import { collector, spansOf } from "../support/otlp-server.ts";
import { runTool } from "../support/run-tool.ts";
import { type Scribe, scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

/** One short turn and the end: five spans with its tool. */
function shortSession(machine: Lab, name: string): Scribe {
  const session = scribe(name);
  machine.write(session.sessionId, [...session.turn({ tools: 0 }), ...session.end()]);
  machine.event(session.sessionId, { name: "SessionEnd" });
  return session;
}

const tool = (machine: Lab, url: string, ...words: string[]) =>
  runTool(words, {
    homeDir: machine.folder,
    env: { CLAUDE_CONFIG_DIR: machine.claude, CCOTEL_HOME: machine.home.root, CCOTEL_ENDPOINT: url },
  });

const rejectedLines = ({ home }: Lab) =>
  existsSync(home.rejected) ? readFileSync(home.rejected, "utf8").split("\n").filter(Boolean) : [];

describe("a backend that rejects everything", () => {
  test.each([400, 422, 413, 500])(
    "a short session that gets %i waits, status reports it, and all of it arrives after the repair",
    async (status) => {
      let repaired = false;
      const accepted: Collector["requests"][number][] = [];
      const { url } = await collector(() => (repaired ? {} : { status, body: "out of order" }), {
        onTraces: (_, request) => void accepted.push(request),
      });
      const machine = lab(url);
      const session = shortSession(machine, `outage-${status}`);
      for (let worker = 0; worker < 3; worker++) expect((await machine.worker({ HASTE: "20" })).code).toBe(0);
      expect(rejectedLines(machine)).toEqual([]);
      expect(machine.inbox().length).toBe(1);
      expect(machine.log()).toContain("has accepted nothing since");
      const reported = JSON.parse((await tool(machine, url, "status", "--json")).stdout);
      expect(reported).toMatchObject({ rejectedSpans: 0, backlog: { sessions: 1 } });
      expect(reported.troubles).toMatchObject([{ signal: "traces" }]);
      repaired = true;
      expect((await machine.worker()).code).toBe(0);
      expect(differences(union(accepted), await backfill(machine, [session.sessionId]))).toEqual([]);
      expect(twice(accepted)).toEqual([]);
      expect(machine.inbox()).toEqual([]);
    },
  );

  test("an export says that nothing was set aside, and sends everything after the repair", async () => {
    let repaired = false;
    const { url, requests } = await collector(() => (repaired ? {} : { status: 400, body: "no" }));
    const machine = lab(url);
    const session = shortSession(machine, "export");
    const failed = await tool(machine, url, "export", "--all");
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toContain("sets nothing aside");
    const before = requests.length;
    repaired = true;
    expect((await tool(machine, url, "export", "--all")).stdout).toContain("Sent 4 spans of 1 session");
    const expected = await backfill(machine, [session.sessionId]);
    expect(differences(union(requests.slice(before)), expected)).toEqual([]);
  });
});

test("if a backend stops unpacking gzip, status names CCOTEL_COMPRESSION=none, and with it everything arrives", async () => {
  let unpacks = true;
  const { url, requests } = await collector(({ headers }) =>
    headers["content-encoding"] === "gzip" && !unpacks ? { status: 400, body: "invalid gzip header" } : {},
  );
  const machine = lab(url);
  const GZIP = { CCOTEL_COMPRESSION: "gzip" };
  const session = shortSession(machine, "gzip");
  expect((await machine.worker(GZIP)).code).toBe(0);
  unpacks = false;
  machine.write(session.sessionId, session.turn());
  machine.event(session.sessionId, { promptId: session.promptIds.at(-1) });
  expect((await machine.worker(GZIP)).code).toBe(0);
  expect(rejectedLines(machine)).toEqual([]);
  expect((await tool(machine, url, "status")).stdout.replace(/\s+/g, " ")).toContain(
    "CCOTEL_COMPRESSION=none",
  );
  const before = requests.length;
  machine.event(session.sessionId, { name: "SessionEnd" });
  expect((await machine.worker({ CCOTEL_COMPRESSION: "none" })).code).toBe(0);
  expect(spansOf(...requests.slice(before)).length).toBeGreaterThan(0);
  expect(machine.inbox()).toEqual([]);
});

describe("spans that the backend always rejects", () => {
  test("a session with only rejected spans delays no other session, and is set aside once another one is accepted", async () => {
    const poison = scribe("poison");
    const accepted: Collector["requests"][number][] = [];
    const { url } = await collector(
      (request) =>
        spansOf(request).some(({ attributes }) => attributes["gen_ai.conversation.id"] === poison.sessionId)
          ? { status: 400, body: "not these" }
          : {},
      { onTraces: (_, request) => void accepted.push(request) },
    );
    const machine = lab(url);
    shortSession(machine, "poison");
    const good = shortSession(machine, "good");
    expect((await machine.worker()).code).toBe(0);
    const expected = await backfill(machine, [good.sessionId]);
    expect(differences(union(accepted), expected)).toEqual([]);
    expect(rejectedLines(machine)).toEqual([]);
    expect(machine.inbox().length).toBe(1);
    // The backend rejects the request again, and has accepted others in between: the spans are the cause.
    expect((await machine.worker()).code).toBe(0);
    expect(rejectedLines(machine).length).toBe(4);
    expect(machine.inbox()).toEqual([]);
    expect(twice(accepted)).toEqual([]);
  });

  test("if the worker is killed after it has set spans aside, status and the log still say so", async () => {
    const isBad = ({ name }: { name: string }) => name.startsWith("execute_tool");
    const silent = scribe("silent");
    const { url } = await collector((request) => {
      const spans = spansOf(request);
      if (spans.some(({ attributes }) => attributes["gen_ai.conversation.id"] === silent.sessionId))
        return { silent: true };
      return spans.some(isBad) ? { status: 400, body: "no tools" } : {};
    });
    const machine = lab(url);
    const session = scribe("set-aside");
    machine.write(session.sessionId, [...session.turn({ tools: 2 }), ...session.end()]);
    machine.event(session.sessionId, { name: "SessionEnd" });
    shortSession(machine, "silent");
    const worker = machine.start();
    const rejectedIn = () => machine.saved(session.sessionId)?.lastDelivery?.rejected;
    await expect.poll(() => rejectedIn() === 2 && !existsSync(machine.home.redo)).toBe(true);
    worker.kill("SIGKILL");
    expect(rejectedLines(machine).length).toBe(2);
    expect(machine.log()).toContain(
      "/v1/traces rejected 2 items with 400: no tools, and has accepted others",
    );
    expect(JSON.parse((await tool(machine, url, "status", "--json")).stdout).rejectedSpans).toBe(2);
  });

  test("nine rejected spans in a row do not stop the good spans after them", async () => {
    const accepted: Collector["requests"][number][] = [];
    const { url } = await collector(
      (request) =>
        spansOf(request).some(({ name }) => name.startsWith("execute_tool")) ? { status: 400 } : {},
      { onTraces: (_, request) => void accepted.push(request) },
    );
    const machine = lab(url);
    const session = scribe("nine");
    machine.write(session.sessionId, [...session.turn({ tools: 9 }), ...session.end()]);
    machine.event(session.sessionId, { name: "SessionEnd" });
    expect((await machine.worker()).code).toBe(0);
    expect(rejectedLines(machine).length).toBe(9);
    const expected = await backfill(machine, [session.sessionId]);
    for (const id of expected.keys()) if (id.startsWith("execute_tool")) expected.delete(id);
    expect(differences(union(accepted), expected)).toEqual([]);
    expect(machine.inbox()).toEqual([]);
    expect(twice(accepted)).toEqual([]);
  });
});

test("after a repair, export --rejected sends what was set aside and nothing else", async () => {
  let repaired = false;
  const accepted: Collector["requests"][number][] = [];
  const { url } = await collector(
    (request) =>
      !repaired && spansOf(request).some(({ name }) => name.startsWith("execute_tool"))
        ? { status: 400 }
        : {},
    { onTraces: (_, request) => void accepted.push(request) },
  );
  const machine = lab(url);
  const session = scribe("repair");
  machine.write(session.sessionId, [...session.turn({ tools: 3 }), ...session.end()]);
  machine.event(session.sessionId, { name: "SessionEnd" });
  expect((await machine.worker()).code).toBe(0);
  expect(rejectedLines(machine).length).toBe(3);
  // The spans are still broken and stay in the list.
  expect((await tool(machine, url, "export", "--rejected")).exitCode).toBe(1);
  expect(rejectedLines(machine).length).toBe(3);
  repaired = true;
  const sent = await tool(machine, url, "export", "--rejected");
  expect(sent).toMatchObject({ exitCode: 0, stderr: "" });
  expect(sent.stdout).toContain("Sent 3 spans");
  expect(rejectedLines(machine)).toEqual([]);
  expect(differences(union(accepted), await backfill(machine, [session.sessionId]))).toEqual([]);
  expect(twice(accepted)).toEqual([]);
  const after = await tool(machine, url, "export", "--rejected");
  expect(after.stdout).toContain("has rejected nothing");
  expect(JSON.parse((await tool(machine, url, "status", "--json")).stdout).rejectedSpans).toBe(0);
  expect(existsSync(join(machine.home.root, "redo.json"))).toBe(false);
});
