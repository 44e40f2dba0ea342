// Programs other than Claude Code write JSON with spaces between its parts. Every command reads it the same way.

import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { homeOfRecordings } from "../../support/home-of-recordings.ts";
import { runTool } from "../../support/run-tool.ts";

const RECORDINGS = [
  "02-tools",
  "03-subagents-parallel",
  "titles",
  "fork",
  "work",
  "2.0.76-tools",
  "1.0.128-tools",
];

/** Rewrites all transcripts below the folder. Their times stay, because lists are sorted by them. */
function addSpaces(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith(".jsonl")) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const { atime, mtime } = statSync(path);
    const lines = readFileSync(path, "utf8").split("\n");
    const spaced = lines.map((line) => {
      return line === "" ? line : JSON.stringify(JSON.parse(line), null, 1).replace(/\n */g, " ");
    });
    writeFileSync(path, spaced.join("\n"));
    utimesSync(path, atime, mtime);
  }
}

test.each([
  ["sessions"],
  ["sessions", "cart"],
  ["sessions", "--json"],
  ["errors"],
  ["stats", "--by", "model,project"],
  ["show", "e802e6ba-4987-4c40-acff-b80b8da9eb3d"],
  ["export", "--all", "--dry-run"],
])("ccotel %s %s", async (...words) => {
  const homeDir = homeOfRecordings(...RECORDINGS);
  const projects = join(homeDir, ".claude", "projects");
  const at = new Date("2026-11-25T11:00:00Z");
  for (const name of readdirSync(projects, { recursive: true }) as string[])
    utimesSync(join(projects, name), at, at);
  const plain = await runTool(words, { homeDir, cwd: homeDir });
  addSpaces(projects);
  const spaced = await runTool(words, { homeDir, cwd: homeDir });
  expect(plain.stdout.length).toBeGreaterThan(100);
  expect(spaced).toEqual(plain);
});
