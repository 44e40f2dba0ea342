import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withoutProjectEnv } from "../../src/hook/project-env.ts";

function projectWith(file: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-project-"));
  mkdirSync(join(folder, ".claude"));
  writeFileSync(join(folder, ".claude", file), text);
  return folder;
}

describe("a project's settings", () => {
  test.each(["settings.json", "settings.local.json"])("cannot say where telemetry goes (%s)", (file) => {
    const folder = projectWith(file, JSON.stringify({ env: { CCOTEL_ENDPOINT: "http://elsewhere" } }));
    const env = { CCOTEL_ENDPOINT: "http://elsewhere", CCOTEL_TRACES: "on", CLAUDE_PROJECT_DIR: folder };
    expect(withoutProjectEnv(env, undefined)).toEqual({ CCOTEL_TRACES: "on" });
  });

  test("that speak of content make none leave", () => {
    const folder = projectWith("settings.json", JSON.stringify({ env: { CCOTEL_REDACT: "off" } }));
    const env = { CCOTEL_CONTENT: "full", CCOTEL_REDACT: "off" };
    expect(withoutProjectEnv(env, folder)).toEqual({ CCOTEL_CONTENT: "none" });
  });

  test("that Claude Code does not load either change nothing", () => {
    const folder = projectWith("settings.json", "{ // a comment");
    expect(withoutProjectEnv({ CCOTEL_ENDPOINT: "http://mine" }, folder)).toEqual({
      CCOTEL_ENDPOINT: "http://mine",
    });
  });
});
