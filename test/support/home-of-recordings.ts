import { cpSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { width } from "../../src/report/text/width.ts";
import { recording } from "./recordings.ts";
import { root, temporaryFolder } from "./run-tool.ts";

/** A home folder with the sessions of these recordings. Each recording's projects have separate folders. */
export function homeOfRecordings(...names: string[]): string {
  const homeDir = temporaryFolder();
  const target = join(homeDir, ".claude/projects");
  mkdirSync(target, { recursive: true });
  for (const name of names) {
    const projects = join(recording(name).folder, "projects");
    for (const project of readdirSync(projects))
      cpSync(join(projects, project), join(target, `-${name}${project}`), { recursive: true });
  }
  return homeDir;
}

/** A home folder with two sessions: the demo's session, which has a subagent, and an older one. */
export function homeOfTwoSessions(): string {
  const homeDir = temporaryFolder();
  const projects = join(homeDir, ".claude/projects");
  mkdirSync(projects, { recursive: true });
  cpSync(join(root, "examples/demo/projects"), projects, { recursive: true });
  cpSync(join(root, "fixtures/sessions/01-two-turns/projects"), projects, { recursive: true });
  return homeDir;
}

/** Width of the widest line, in terminal columns. */
export function widest(text: string): number {
  return Math.max(...text.split("\n").map(width));
}
