import { readdirSync, readFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { recording, runTool, temporaryFolder } from "../support/run-tool.ts";

it("demo prints what its collector received, in the same form as show prints the recording", async () => {
  const temporary = temporaryFolder();
  vi.stubEnv("TMPDIR", temporary);
  const { exitCode, stdout, stderr } = await runTool(["demo"], {
    env: { CCOTEL_ENDPOINT: "http://127.0.0.1:9" },
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const shown = await runTool(["show", recording, "--no-content"]);
  expect(stdout).toContain(shown.stdout);
  expect(stdout).toMatch(
    /^A collector listens at http:\/\/127\.0\.0\.1:\d+; a recorded session goes there\.\n\n/,
  );
  expect(stdout).toContain(
    "That is what the collector received: 11 spans in 1 request of protobuf over HTTP.",
  );
  const [, tree = ""] = /```text\n(SPAN [^`]+)```/.exec(readFileSync("README.md", "utf8")) ?? [];
  expect(stdout).toContain(tree);
  expect(tree).toContain("execute_tool Agent");
  expect(readdirSync(temporary).filter((name) => name.startsWith("ccotel-demo-"))).toEqual([]);
  vi.unstubAllEnvs();
});
