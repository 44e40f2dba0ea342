// Commands show times in the time zone of the system, and JSON has them in UTC. A process keeps the zone that it
// started with, so each zone needs one of its own.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { homeOfRecordings } from "../support/home-of-recordings.ts";
import { program } from "../support/run-tool.ts";

/** The output of a command about the history of a recording, in a time zone. */
function outputOf(timeZone: string, args: readonly string[]): string {
  const homeDir = homeOfRecordings("incident");
  return execFileSync(process.execPath, [program, ...args], {
    encoding: "utf8",
    cwd: join(homeDir, ".claude/projects"),
    env: { HOME: homeDir, CLAUDE_CONFIG_DIR: join(homeDir, ".claude"), TZ: timeZone },
  });
}

it.each([
  ["show", ["."]],
  ["errors", []],
  ["sessions", []],
  ["audit", [".", "--findings"]],
  ["stats", ["--by", "hour"]],
  ["stats", ["--by", "block"]],
])("%s %j shows the time of the system", (command, args) => {
  const timeIn = (zone: string) =>
    /2026-11-\d\d \d\d:/.exec(outputOf(zone, [command, ...args]))?.[0] ?? "none";
  const at = Date.parse(`${timeIn("UTC").replace(" ", "T")}00Z`);
  expect(at).not.toBeNaN();
  const expected = new Date(at + 9 * 3_600_000).toISOString().slice(0, 14).replace("T", " ");
  expect(timeIn("Asia/Tokyo")).toBe(expected);
});

it.each([
  ["show", ["."]],
  ["errors", []],
  ["stats", ["--by", "block"]],
])("%s %j --json has the same times everywhere, in UTC", (command, args) => {
  const timesIn = (zone: string) => outputOf(zone, [command, ...args, "--json"]).match(/"2026-[^"]+Z"/g);
  expect(timesIn("UTC")?.length).toBeGreaterThan(0);
  expect(timesIn("Asia/Tokyo")).toEqual(timesIn("UTC"));
});
