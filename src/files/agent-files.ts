import { readdirSync, readSync, statSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { MAX_BYTES, readText } from "../disk/read.ts";
import type { AgentMeta } from "../session/read-agent.ts";
import { object, text } from "../transcript/fields.ts";
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
  const own = agentFilesIn(ownFolder(transcriptPath));
  if (!oldLayout) return own;
  const beside = agentFilesIn(dirname(transcriptPath));
  return [...own, ...beside.filter((file) => belongsTo(file.path, sessionId))];
}

/** The files that these agents have, or will have, in the session's own folder. */
export function agentFilesOf(transcriptPath: string, agentIds: Iterable<string>): AgentFile[] {
  const folder = ownFolder(transcriptPath);
  return [...agentIds].map((agentId) => agentFile(folder, agentId));
}

/** When a file was last added to the session's own folder of agents, in epoch ms; undefined where none can be seen. */
export function agentsAddedMs(transcriptPath: string): number | undefined {
  try {
    return statSync(ownFolder(transcriptPath), { throwIfNoEntry: false })?.mtimeMs;
  } catch {
    return undefined;
  }
}

/** Whether a file lies directly in a session's folder of agents, and not beside the main file as those of 2.0 clients. */
export function isInOwnFolder(agentPath: string): boolean {
  return basename(dirname(agentPath)) === "subagents";
}

function ownFolder(transcriptPath: string): string {
  return join(dirname(transcriptPath), basename(transcriptPath, ".jsonl"), "subagents");
}

/** Either file may be there before the other. */
function agentFilesIn(folder: string): AgentFile[] {
  const ids = new Set(namesIn(folder).flatMap((name) => AGENT_FILE.exec(name)?.[1] ?? []));
  return [...ids].sort().map((agentId) => agentFile(folder, agentId));
}

function agentFile(folder: string, agentId: string): AgentFile {
  // `join` would take as long as all the rest where there are hundreds.
  const path = `${folder}${sep}agent-${agentId}`;
  return { agentId, path: `${path}.jsonl`, metaPath: `${path}.meta.json` };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
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
    const raw = object(JSON.parse(readText(file.metaPath, MAX_BYTES.note))) ?? {};
    const meta: AgentMeta = {};
    for (const key of ["agentType", "description", "toolUseId", "requestShape"] as const) {
      const value = text(raw[key]);
      if (value !== undefined) meta[key] = value;
    }
    if (typeof raw.finished === "boolean") meta.finished = raw.finished;
    return meta;
  } catch {
    return {};
  }
}
