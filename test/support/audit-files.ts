import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { AuditedSession, AuditFile } from "../../src/audit/audit.ts";
import { exactFirstTokensIn } from "../../src/audit/first-tokens.ts";
import type { Finished } from "../../src/session/model.ts";
import { summarize } from "../../src/session/sums/summary.ts";
import { readWhole } from "./read-files.ts";
import { filesOfSession, sessionIdOf } from "./recordings.ts";

/** The lines of a recorded session's files, the main file first. */
export function auditFilesOf(path: string): AuditFile[] {
  const files = filesOfSession(path).filter((file) => file.endsWith(".jsonl"));
  return files
    .filter((file) => file === path || belongsTo(file, sessionIdOf(path)))
    .map((file) => ({
      file,
      isMain: file === path,
      lines: readFileSync(file, "utf8").split("\n"),
    }));
}

/** Clients of version 2.0 write agents' files beside the main files of all sessions. */
function belongsTo(file: string, sessionId: string): boolean {
  return (
    !basename(file).startsWith("agent-") || readFileSync(file, "utf8").includes(`"sessionId":"${sessionId}"`)
  );
}

/** A recorded session's files, with what ccotel reads from them. */
export function auditedOf(path: string): AuditedSession {
  return { sessionId: sessionIdOf(path), files: auditFilesOf(path), ...comparedOf(readWhole(path)) };
}

/** The part of ccotel's result that an audit compares with the files. */
export function comparedOf(pieces: Finished[]): Pick<AuditedSession, "read" | "exactFirstTokens"> {
  return { read: summarize(pieces), exactFirstTokens: exactFirstTokensIn(pieces) };
}
