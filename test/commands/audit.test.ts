import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root, runTool, temporaryFolder } from "../support/run-tool.ts";

const fixtures = join(root, "fixtures/sessions");

describe("audit", () => {
  it("explains what Claude Code's own sum has more", async () => {
    const { exitCode, stdout } = await runTool(["audit", join(fixtures, "04-compact-auto")]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "Session 3a9a55cb-963b-4997-a228-122a9cb2909a
        3 requests, 2 tool calls, $0.148290
        Claude Code's own sum: $0.156690, ours: $0.148290
          +$0.008400  requests that the transcript does not hold (there was a compaction)
        What ccotel reads is what the transcript holds.
        Nothing of it has been sent from here.
      "
    `);
  });

  it("gives each recorded session as one JSON object and finds no fault", async () => {
    const { exitCode, stdout } = await runTool(["audit", fixtures, "--json"]);
    expect(exitCode).toBe(0);
    const audits = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { differences: unknown[] });
    expect(audits.length).toBeGreaterThan(20);
    expect(audits.flatMap(({ differences }) => differences)).toEqual([]);
  });

  it.each(["0aeaf21f-572c-40dd-a3bb-3429bfe48dba", "b7824b51-677d-4060-a6c8-f5dd62ae3891"])(
    "looks for the sessions that share history with %s, although they were not named",
    async (sessionId) => {
      const path = join(fixtures, "1.0.128-fork/projects/-home-dev-acme-shop", `${sessionId}.jsonl`);
      const { exitCode, stdout } = await runTool(["audit", path, "--json"]);
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ sessionId, sharedWith: [expect.stringMatching(/-/)] });
    },
  );

  it("says so when there is nothing to count", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "p"));
    writeFileSync(join(folder, "p", "0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0.jsonl"), "");
    const { exitCode, stderr } = await runTool(["audit", folder]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/nothing to audit/);
  });
});
