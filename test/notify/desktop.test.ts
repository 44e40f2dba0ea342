// Notifications as the system receives them: on Linux from the real notify-send, on a session bus of the test.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { callOf, showOnDesktop } from "../../src/notify/desktop.ts";
import { sessionBus } from "../support/session-bus.ts";

const HOSTILE = `-h "$(id)" '; rm -rf ~ # <a href="http://evil">$CCOTEL</a> & \u200b🙂 "end run"`;

const hasProgram = existsSync("/usr/bin/notify-send");
if (!hasProgram) console.warn("Skipped: the real notify-send (apt-get install libnotify-bin).");

test.skipIf(!hasProgram)("notify-send passes any text to the desktop unchanged", async () => {
  const bus = await sessionBus();
  const { program = "", args = [] } = callOf(HOSTILE, "linux") ?? {};
  const child = spawn(program, args, { env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: bus.address } });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  bus.close();
  // Desktops read the body as markup.
  const body = HOSTILE.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  expect({ code, shown: bus.shown }).toEqual({
    code: 0,
    shown: [{ app: "ccotel", summary: "ccotel", body }],
  });
});

test.skipIf(process.platform === "win32")("a missing program causes no error", async () => {
  expect(showOnDesktop("Session above $5.00", "win32")).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 50));
});

test.skipIf(process.platform === "win32")(
  "on Windows, where child processes end with their parent, the process waits for the notification",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "ccotel-desktop-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const shown = join(folder, "shown");
    const program = join(folder, "powershell.exe");
    writeFileSync(program, `#!/bin/sh\nsleep 0.2\nprintf %s "$CCOTEL_NOTICE" >"${shown}"\n`, { mode: 0o755 });
    vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    const isAwaited = () => process.getActiveResourcesInfo().includes("ProcessWrap");
    // Wait until the child processes of earlier tests are gone.
    await expect.poll(isAwaited).toBe(false);
    showOnDesktop("Session above $5.00", "win32");
    expect(isAwaited()).toBe(true);
    await expect.poll(isAwaited).toBe(false);
    expect(readFileSync(shown, "utf8")).toBe("Session above $5.00");
  },
);

describe("a text is never part of a script:", () => {
  test("on macOS it is an argument of the script", () => {
    const { program, args, env } = callOf(HOSTILE, "darwin") ?? {};
    expect(program).toBe("/usr/bin/osascript");
    expect(args?.slice(0, 2)).toEqual([
      "-e",
      'on run argv\ndisplay notification (item 1 of argv) with title "ccotel"\nend run',
    ]);
    expect(args?.slice(2)).toEqual([HOSTILE]);
    expect(env).toBe(undefined);
  });

  test("on Windows it comes in the environment", () => {
    const { program, args, env } = callOf(HOSTILE, "win32") ?? {};
    expect(program).toBe("powershell.exe");
    expect(args?.join(" ")).not.toContain("evil");
    expect(args?.at(-1)).toContain("$env:CCOTEL_NOTICE");
    expect(env).toEqual({ CCOTEL_NOTICE: HOSTILE });
  });
});
