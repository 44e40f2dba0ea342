import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { collector } from "../../support/otlp-server.ts";
import { root, runTool, temporaryFolder } from "../../support/run-tool.ts";
import { scriptSession } from "../../support/transcripts/scripted-files.ts";
import {
  answer,
  call,
  prompt,
  result,
  SESSION_ID,
  stop,
  turnWithOutput,
} from "../../support/transcripts/scripted-session.ts";
import { type Row, small, writeTree } from "../../support/transcripts/small-session.ts";
import { PROJECT, Session, writeStore } from "../../support/transcripts/store.ts";

const COMPACTION: Row = {
  type: "system",
  subtype: "compact_boundary",
  uuid: "boundary",
  parentUuid: null,
  sessionId: "0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0",
  timestamp: "2026-11-20T10:00:02.500Z",
};

const fixtures = join(root, "fixtures/sessions");

describe("audit", () => {
  it("explains the difference to Claude Code's own sum", async () => {
    const { exitCode, stdout } = await runTool(["audit", join(fixtures, "04-compact-auto")]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "Session 3a9a55cb-963b-4997-a228-122a9cb2909a
        3 requests, 2 tool calls, $0.148290
        Claude Code's own sum: $0.156690, ours: $0.148290
          +$0.008400  requests that the transcript does not hold (there was a
                      compaction)
        What ccotel reads is what the transcript holds.
        Not sent from this machine.
      "
    `);
  });

  it("counts agents behind links, as ccotel reads them", async () => {
    const session = new Session();
    const { call, agent } = session.delegate();
    agent.answer("Found.");
    session.completed(call, agent);
    const folder = temporaryFolder();
    writeStore(folder, session.store());
    const agents = join(folder, "projects", PROJECT, session.id, "subagents");
    renameSync(agents, join(folder, "kept"));
    symlinkSync(join(folder, "kept"), agents);
    renameSync(join(agents, `agent-${agent.agentId}.jsonl`), join(folder, "agent.jsonl"));
    symlinkSync(join(folder, "agent.jsonl"), join(agents, `agent-${agent.agentId}.jsonl`));
    const { exitCode, stdout } = await runTool(["audit", folder]);
    expect({ exitCode, stdout }).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("  3 requests, 1 tool call"),
    });
  });

  it("says whether all was sent, and names a turn only if one is still running", async () => {
    const { path, append } = scriptSession([
      ...turnWithOutput(0, "1", "short"),
      prompt(10),
      answer(11, "msg_3", "More."),
    ]);
    const clients = join(dirname(path), "../../sessions");
    mkdirSync(clients);
    const client = { pid: process.pid, sessionId: SESSION_ID };
    writeFileSync(join(clients, `${process.pid}.json`), JSON.stringify(client));
    const { url } = await collector();
    const context = { homeDir: temporaryFolder(), env: { CCOTEL_ENDPOINT: url } };
    const audited = async () => (await runTool(["audit", path], { ...context, columns: 120 })).stdout;
    await runTool(["export", path], context);
    expect(await audited()).toContain(
      "  Sent completely, except for the last turn, which may still go on.\n",
    );
    append([stop(12)]);
    expect(await audited()).toMatch(/ {2}Sent up to byte \d+ of \d+; ccotel export \S+ sends the rest\.\n/);
    await runTool(["export", path], context);
    expect(await audited()).toContain("  Sent completely.\n");
  });

  it("does not say that an agent in the background was sent while it works", async () => {
    const { path } = scriptSession(
      [
        prompt(0),
        answer(1, "m1", call("start", "Agent", { prompt: "Look" })),
        result(2, "start", { toolUseResult: { isAsync: true, agentId: "a1" } }),
        answer(3, "m2", "It works."),
        stop(4),
      ],
      [
        {
          id: "a1",
          meta: { toolUseId: "start" },
          records: [prompt(2.5, "Look"), answer(4, "ma", call("slow", "Bash"))],
        },
      ],
    );
    const clients = join(dirname(path), "../../sessions");
    mkdirSync(clients);
    const file = join(clients, `${process.pid}.json`);
    writeFileSync(file, JSON.stringify({ pid: process.pid, sessionId: SESSION_ID }));
    const { url } = await collector();
    const context = { homeDir: temporaryFolder(), env: { CCOTEL_ENDPOINT: url }, columns: 120 };
    const audited = async () => (await runTool(["audit", path], context)).stdout;
    await runTool(["export", path], context);
    expect(await audited()).toContain(
      "  Sent completely, except for agents in the background, which may still go on.\n",
    );
    rmSync(file);
    await runTool(["export", path], context);
    expect(await audited()).toContain("  Sent completely.\n");
  });

  it("prints each recorded session as one line of JSON, without a difference", async () => {
    const { exitCode, stdout } = await runTool(["audit", fixtures, "--json"]);
    expect(exitCode).toBe(0);
    const audits = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { differences: unknown[] });
    expect(audits.length).toBeGreaterThan(20);
    expect(audits.flatMap(({ differences }) => differences)).toEqual([]);
  });

  it("has each amount also in whole micro-dollars that add up", async () => {
    const { stdout } = await runTool(["audit", fixtures, "--json"]);
    const audits = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
    let explained = 0;
    for (const { sessionId, models, cost } of audits) {
      for (const { costUsd, costMicroUsd = 0.5 } of Object.values<{
        costUsd?: number;
        costMicroUsd?: number;
      }>(models)) {
        if (costUsd === undefined) continue;
        expect(Number.isInteger(costMicroUsd), sessionId).toBe(true);
        expect(Math.abs(costMicroUsd - costUsd * 1e6), sessionId).toBeLessThan(1);
      }
      if (cost === undefined) continue;
      const reasons: { usd: number; microUsd: number }[] = cost.reasons;
      expect(cost.claudeMicroUsd).toBe(Math.round(cost.claudeUsd * 1e6));
      expect(cost.ownMicroUsd).toBe(Math.round(cost.ownUsd * 1e6));
      for (const { usd, microUsd } of reasons) expect(Math.abs(microUsd - usd * 1e6)).toBeLessThan(2);
      if (reasons.length === 0) continue;
      explained++;
      expect(sum(reasons.map(({ microUsd }) => microUsd)), sessionId).toBe(
        cost.claudeMicroUsd - cost.ownMicroUsd,
      );
    }
    expect(explained).toBeGreaterThan(5);
  });

  it.each(["01-two-turns", "two-windows", "2.0.76-tools"])("says as many turns as show: %s", async (name) => {
    const [audited, shown] = await Promise.all(
      ["audit", "show"].map(async (command) => {
        const { stdout } = await runTool([command, join(fixtures, name), "--json"]);
        return stdout
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line));
      }),
    );
    expect(audited?.map(({ turns }) => turns)).toEqual(shown?.map(({ totals }) => totals.turns));
  });

  it.each(["0aeaf21f-572c-40dd-a3bb-3429bfe48dba", "b7824b51-677d-4060-a6c8-f5dd62ae3891"])(
    "finds the session that shares history with %s, although only the latter is named",
    async (sessionId) => {
      const path = join(fixtures, "1.0.128-fork/projects/-home-dev-acme-shop", `${sessionId}.jsonl`);
      const { exitCode, stdout } = await runTool(["audit", path, "--json"]);
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ sessionId, sharedWith: [expect.stringMatching(/-/)] });
    },
  );

  it.each([
    ["a fork in another project", [] as Row[], 0],
    ["a fork that starts after a compaction", [COMPACTION], 2],
  ])("finds the source of %s, although the fork does not name it", async (_, compaction, from) => {
    const [source, fork] = ["0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0", "1c8bfc5f-8e6d-4e6f-b7d2-2a5be4a6c4a1"];
    const { prompt, answer } = small(source);
    const first = [prompt("Question"), answer("Answer")];
    const rows = [...first, ...compaction, prompt("Go on"), answer("Yes")];
    const own = small(fork);
    own.wait(600_000);
    const copied = rows.slice(from).map((row) => ({ ...row, sessionId: fork }));
    const folder = writeTree(join(temporaryFolder(), "projects"), {
      [`-home-dev-shop/${source}.jsonl`]: rows,
      [`-home-dev-cart/${fork}.jsonl`]: [...copied, own.prompt("Another way"), own.answer("No")],
    });
    for (const [project, sessionId, requests] of [
      ["-home-dev-shop", source, 2],
      ["-home-dev-cart", fork, 1],
    ] as const) {
      const path = join(folder, project, `${sessionId}.jsonl`);
      const { exitCode, stdout } = await runTool(["audit", path, "--json"]);
      expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({ exitCode: 0, differences: [], requests });
      expect(JSON.parse(stdout).sharedWith).toEqual([sessionId === fork ? source : fork]);
    }
  });

  it("says so when there is nothing to count", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "p"));
    writeFileSync(join(folder, "p", "0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0.jsonl"), "");
    const { exitCode, stderr } = await runTool(["audit", folder]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/nothing to audit/);
  });
});
