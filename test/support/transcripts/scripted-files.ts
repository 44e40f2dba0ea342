import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { type Fields, recordsOf, type ScriptedAgent, SESSION_ID, textOf } from "./scripted-session.ts";

/** A session's files in their own folder, which is removed after the test. */
export interface ScriptedSession {
  path: string;
  append(records: Fields[]): void;
  appendToAgent(agent: ScriptedAgent): void;
}

export function scriptSession(records: Fields[], agents: ScriptedAgent[] = []): ScriptedSession {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-scripted-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const session = scriptAt(join(folder, "projects", "-home-dev-acme-shop", `${SESSION_ID}.jsonl`));
  session.append(records);
  for (const agent of agents) session.appendToAgent(agent);
  return session;
}

/** A session whose main file is at `path`. */
export function scriptAt(path: string): ScriptedSession {
  const append = (file: string, lines: Fields[]) => {
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, textOf(lines));
  };
  return {
    path,
    append: (lines) => append(path, lines),
    appendToAgent(agent) {
      const { id, meta } = agent;
      const file = join(dirname(path), SESSION_ID, "subagents", `agent-${id}.jsonl`);
      append(file, recordsOf(agent));
      if (meta !== undefined) writeFileSync(file.replace(/jsonl$/, "meta.json"), JSON.stringify(meta));
    },
  };
}
