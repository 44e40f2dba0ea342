import type { Dirent } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { entriesIn } from "../../disk/folder.ts";
import { MAX_BYTES, readJson } from "../../disk/read.ts";
import { tryStat } from "../../disk/stat.ts";
import type { AgentMeta } from "../../session/agents/read-agent.ts";
import { text } from "../../transcript/fields.ts";
import { beginningOf } from "../transcript-file.ts";
import { foldersInProjects, projectsElsewhere } from "./folders-elsewhere.ts";

/** The files of a subagent. At least one of the two exists. */
export interface AgentFile {
  agentId: string;
  path: string;
  metaPath: string;
  /** The run of the workflow that started the agent, when the path names it. */
  workflowRunId?: string;
}

/**
 * The further folders with agents of a session. Each name is a path from the session's folder of agents, and maps to
 * the ids of the agents in it, joined by spaces. A workflow keeps its agents in `workflows/<run>`, and clients up to
 * 2.1.150 keep those that start in a worktree in the worktree's project (`foldersElsewhere`).
 */
export type AgentFolders = Record<string, string>;

/** More than any client nests its folders. */
const MAX_DEPTH = 6;

const HEAD_BYTES = 4096;

const AGENT_FILE = /^agent-(.+?)(\.jsonl|\.meta\.json)$/;

/**
 * The files of a session's subagents, one entry for each id, by folder and name. Clients from 2.1 on keep them in a
 * folder of the session. 2.0 clients put them beside the main file, where only their first record names the session
 * (docs/develop/transcript-format.md). `elsewhere`: further folders, as `foldersElsewhere` returns them.
 */
export function listAgentFiles(
  transcriptPath: string,
  sessionId: string,
  oldLayout: boolean,
  elsewhere: readonly string[] = [],
): AgentFile[] {
  const beside = oldLayout ? agentsBeside(dirname(transcriptPath)).get(sessionId) : undefined;
  return inAllFolders(transcriptPath, elsewhere, beside);
}

/**
 * Returns the same function for many sessions, with all folders and the old layout: it reads a project's folder and the
 * beginnings of the agents' files in it once, not for each of the project's sessions.
 */
export function agentLister(): (transcriptPath: string, sessionId: string) => AgentFile[] {
  const besideIn = new Map<string, AgentsBySession>();
  const projectsOf = projectsElsewhere();
  return (transcriptPath, sessionId) => {
    const folder = dirname(transcriptPath);
    const beside = besideIn.get(folder) ?? agentsBeside(folder);
    besideIn.set(folder, beside);
    const elsewhere = foldersInProjects(transcriptPath, projectsOf(transcriptPath));
    return inAllFolders(transcriptPath, elsewhere, beside.get(sessionId));
  };
}

type AgentsBySession = Map<string | undefined, AgentFile[]>;

/** The agents' files beside the main files in a project's folder. */
function agentsBeside(folder: string): AgentsBySession {
  return bySession(agentFilesAmong(entriesIfThere(folder), folder, ""));
}

function bySession(files: readonly AgentFile[]): AgentsBySession {
  const groups: AgentsBySession = new Map();
  for (const file of files) {
    const sessionId = sessionNamedIn(file.path);
    const group = groups.get(sessionId);
    if (group === undefined) groups.set(sessionId, [file]);
    else group.push(file);
  }
  return groups;
}

/** The files in the session's own folder and elsewhere, then these from beside the main file. */
function inAllFolders(
  transcriptPath: string,
  elsewhere: readonly string[],
  beside: readonly AgentFile[] = [],
): AgentFile[] {
  const root = ownFolder(transcriptPath);
  // A file in a workflow's folder says more about an agent than a copy outside of it, so it comes first.
  const own = foldersOf(root, elsewhere)
    .flatMap(({ files }) => files)
    .sort((a, b) => Number(b.workflowRunId !== undefined) - Number(a.workflowRunId !== undefined));
  const found = new Map<string, AgentFile>();
  for (const file of [...own, ...beside]) {
    if (!found.has(file.agentId)) found.set(file.agentId, file);
  }
  return [...found.values()];
}

/** The folders with agents but the session's own. Undefined when there are none. */
export function agentFoldersOf(
  transcriptPath: string,
  elsewhere: readonly string[],
): AgentFolders | undefined {
  const [, ...folders] = foldersOf(ownFolder(transcriptPath), elsewhere);
  if (folders.length === 0) return undefined;
  return Object.fromEntries(
    folders.map(({ folder, files }) => [folder, files.map(({ agentId }) => agentId).join(" ")]),
  );
}

/** The paths that these agents have, or will have, in the session's own folder. The files are not checked. */
export function agentFilesOf(
  transcriptPath: string,
  agentIds: Iterable<string>,
  folders: AgentFolders = {},
): AgentFile[] {
  const root = ownFolder(transcriptPath);
  const folderOf = new Map(
    Object.entries(folders).flatMap(([folder, ids]) => ids.split(" ").map((id) => [id, folder] as const)),
  );
  return [...agentIds].map((agentId) => agentFile(root, folderOf.get(agentId) ?? "", agentId));
}

/** When a file was last added to the session's folders of agents, in epoch ms. Undefined when no folder can be read. */
export function agentsAddedMs(
  transcriptPath: string,
  folders: AgentFolders = {},
  elsewhere: readonly string[] = [],
): number | undefined {
  const root = ownFolder(transcriptPath);
  const names = new Set(["", ...Object.keys(folders), ...elsewhere]);
  const times = [...names].map((folder) => tryStat(folder === "" ? root : join(root, folder))?.mtimeMs);
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** Whether there is a folder of agents with this name, as in `AgentFolders`. */
export function isAgentFolder(transcriptPath: string, folder: string): boolean {
  return tryStat(join(ownFolder(transcriptPath), folder)) !== undefined;
}

/** Whether a file is directly in a session's folder of agents, not beside the main file like those of 2.0 clients. */
export function isInOwnFolder(agentPath: string): boolean {
  return basename(dirname(agentPath)) === "subagents";
}

function ownFolder(transcriptPath: string): string {
  return join(dirname(transcriptPath), basename(transcriptPath, ".jsonl"), "subagents");
}

/** The session's own folder (an empty name), then all others by name, each with the agents' files in it. */
function foldersOf(root: string, elsewhere: readonly string[]): ReturnType<typeof foldersIn> {
  const others = elsewhere.flatMap((folder) => foldersIn(root, folder));
  return [...foldersIn(root), ...others.filter(({ files }) => files.length > 0)];
}

/** The folder itself and those below it, by name, each with the agents' files in it. */
function foldersIn(root: string, folder = "", depth = 0): { folder: string; files: AgentFile[] }[] {
  if (depth > MAX_DEPTH) return [];
  const entries = entriesIfThere(folder === "" ? root : join(root, folder));
  const names = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  const below = names.sort().map((name) => (folder === "" ? name : `${folder}/${name}`));
  const here = { folder, files: agentFilesAmong(entries, root, folder) };
  return [here, ...below.flatMap((path) => foldersIn(root, path, depth + 1))];
}

/** The transcript and the meta file appear in any order, so either one is enough. */
function agentFilesAmong(entries: readonly Dirent[], root: string, folder: string): AgentFile[] {
  const ids = new Set(entries.flatMap(({ name }) => AGENT_FILE.exec(name)?.[1] ?? []));
  return [...ids].sort().map((agentId) => agentFile(root, folder, agentId));
}

const RUN = /(?:^|\/)workflows\/([^/]+)/;

function agentFile(root: string, folder: string, agentId: string): AgentFile {
  // `join` would take as long as all the rest when there are hundreds of files.
  const name = `agent-${agentId}`;
  const path = folder.startsWith("..")
    ? join(root, folder, name)
    : `${root}${sep}${folder === "" ? "" : `${folder.replaceAll("/", sep)}${sep}`}${name}`;
  const file: AgentFile = { agentId, path: `${path}.jsonl`, metaPath: `${path}.meta.json` };
  const workflowRunId = folder === "" ? undefined : RUN.exec(folder)?.[1];
  if (workflowRunId !== undefined) file.workflowRunId = workflowRunId;
  return file;
}

/** Most sessions have no such folder, and an error takes many times as long as a check. */
function entriesIfThere(folder: string): Dirent[] {
  return tryStat(folder)?.isDirectory() ? entriesIn(folder) : [];
}

/**
 * The session that an agent's file is of. Records begin with the session's id, before the text. So the beginning of a
 * file is enough, however large the file is.
 */
function sessionNamedIn(path: string): string | undefined {
  // The first record of a warm-up names a session that was never created. The answer names the real one.
  const [prompt = "", ...others] = beginningOf(path, HEAD_BYTES).split("\n");
  const behind = others.filter((line) => line !== prompt && line.trim() !== "");
  const answer = behind.find((line) => /"type":\s*"assistant"/.test(line)) ?? behind[0];
  // `{` is excluded: it shows that a record was cut within the id, and that another record follows.
  return /"sessionId"\s*:\s*"([^"{]*)"/.exec(answer ?? prompt)?.[1];
}

/** The contents of the meta file. Empty, except for the workflow run, when the file is missing or unreadable. */
export function readMeta(file: AgentFile): AgentMeta {
  const meta: AgentMeta = {};
  if (file.workflowRunId !== undefined) meta.workflowRunId = file.workflowRunId;
  const raw = readJson(file.metaPath, MAX_BYTES.note) ?? {};
  for (const key of ["agentType", "description", "toolUseId", "requestShape", "name"] as const) {
    const value = text(raw[key]);
    if (value !== undefined) meta[key] = value;
  }
  if (typeof raw.finished === "boolean") meta.finished = raw.finished;
  return meta;
}
