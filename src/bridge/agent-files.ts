import { readdirSync, readFileSync, readSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { AgentMeta } from "../session/read-agent.ts";
import { id, object } from "../transcript/fields.ts";
import { withFile } from "./file-position.ts";

/** A subagent's files, of which one exists at least. */
export interface AgentFile {
  agentId: string;
  path: string;
  metaPath: string;
}

const HEAD_BYTES = 4096;

const AGENT_FILE = /^agent-(.+?)(\.jsonl|\.meta\.json)$/;

/**
 * The files of a session's subagents, by name. Clients from 2.1 on keep them in a folder of the session; 2.0 clients put
 * them beside the main file, where only their first record says whose they are (format reference §1, §9).
 */
export function listAgentFiles(transcriptPath: string, sessionId: string, oldLayout: boolean): AgentFile[] {
  const folder = join(dirname(transcriptPath), basename(transcriptPath, ".jsonl"), "subagents");
  const own = agentFilesIn(folder);
  if (!oldLayout) return own;
  const beside = agentFilesIn(dirname(transcriptPath));
  return [...own, ...beside.filter((file) => belongsTo(file.path, sessionId))];
}

/** Either file may be there before the other. */
function agentFilesIn(folder: string): AgentFile[] {
  const ids = namesIn(folder).flatMap((name) => id(AGENT_FILE.exec(name)?.[1]) ?? []);
  return [...new Set(ids)].map((agentId) => {
    const path = join(folder, `agent-${agentId}`);
    return { agentId, path: `${path}.jsonl`, metaPath: `${path}.meta.json` };
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** Records begin with the session's id, before what was said; so the file's beginning tells, however large it is. */
function belongsTo(path: string, sessionId: string): boolean {
  // A warm-up's first record names a session that never came to be, the answer names the real one.
  const [prompt, answer] = headOf(path).split("\n", 2);
  return (answer || prompt || "").includes(`"sessionId":"${sessionId}"`);
}

function headOf(path: string): string {
  const buffer = Buffer.allocUnsafe(HEAD_BYTES);
  try {
    return buffer.toString("utf8", 0, withFile(path, (fd) => readSync(fd, buffer, 0, HEAD_BYTES, 0)) ?? 0);
  } catch {
    return "";
  }
}

/** What the meta file says; nothing when it is missing or unreadable. */
export function readMeta(file: AgentFile): AgentMeta {
  try {
    const raw = object(JSON.parse(readFileSync(file.metaPath, "utf8"))) ?? {};
    const meta: AgentMeta = {};
    for (const key of ["agentType", "description", "toolUseId", "requestShape"] as const) {
      const value = id(raw[key]);
      if (value !== undefined) meta[key] = value;
    }
    if (typeof raw.finished === "boolean") meta.finished = raw.finished;
    return meta;
  } catch {
    return {};
  }
}
