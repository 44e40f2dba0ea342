// A shell that Claude Code starts has the variables of all its settings, also the administrator's.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PRESETS } from "../../../src/settings/presets/presets.ts";
import { readCurrentSetup } from "../../../src/setup/current.ts";
import { setupOf } from "../../../src/setup/plan.ts";
import type { Request } from "../../../src/setup/request.ts";
import { temporaryFolder } from "../../support/run-tool.ts";

/** The warnings of a configure in this shell, on a machine whose administrator has set the content level to none. */
async function warnings(
  shell: Record<string, string>,
  asked: Partial<Request> = { needsNoBackend: true },
): Promise<string[]> {
  const homeDir = temporaryFolder();
  const file = join(homeDir, "managed-settings.json");
  writeFileSync(
    file,
    JSON.stringify({
      env: { CCOTEL_CONTENT: "none", CCOTEL_ENDPOINT: "http://gateway:4318", CCOTEL_TRACE_SCOPE: "turn" },
    }),
  );
  const current = await readCurrentSetup({
    platform: "linux",
    homeDir,
    env: { PATH: join(homeDir, "bin"), ...shell },
    folder: homeDir,
    version: "0.1.0",
    nowMs: Date.now(),
    managed: { file, folder: join(homeDir, "managed-settings.d") },
  });
  const request = { fields: {}, headers: {}, plugin: false, ...asked };
  return setupOf(request, current).problems.map(({ message }) => message);
}

test("configure warns about a variable that only its shell has", async () => {
  expect(await warnings({ CCOTEL_CONTENT: "full" })).toEqual([
    expect.stringContaining("CCOTEL_CONTENT is set in this shell, but hooks do not see it"),
  ]);
});

test("configure does not warn about the administrator's variables", async () => {
  expect(await warnings({ CCOTEL_CONTENT: "none" })).toEqual([]);
});

test("configure warns of what the administrator has set to another value", async () => {
  const preset = PRESETS.find(({ name }) => name === "jaeger") as NonNullable<Request["preset"]>;
  expect(await warnings({}, { preset, content: "full" })).toEqual([
    "Your administrator's managed settings set CCOTEL_CONTENT and CCOTEL_ENDPOINT to another value, which takes precedence over what you ask for here.",
  ]);
  expect(await warnings({}, { preset, endpoint: "http://gateway:4318", content: "none" })).toEqual([]);
  expect(await warnings({}, { preset, endpoint: "http://gateway:4318", traceScope: "session" })).toEqual([
    expect.stringContaining("managed settings set CCOTEL_TRACE_SCOPE to another value"),
  ]);
});
