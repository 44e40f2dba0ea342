import type { Dirent } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { entriesIn } from "../../disk/folder.ts";
import { MAX_BYTES, readJson } from "../../disk/read.ts";
import { tryStat } from "../../disk/stat.ts";
import type { AgentMeta } from "../../session/agents/read-agent.ts";
import { text } from "../../transcript/fields.ts";
import { agentIdsAmong, agentIdsBeside, lookBeside } from "./agents-beside.ts";
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
  const folder = dirname(transcriptPath);
  const beside = oldLayout ? filesIn(folder, agentIdsBeside(folder, sessionId)) : [];
  return inAllFolders(transcriptPath, elsewhere, beside);
}

/** Returns the same function for one look at many sessions, with all folders and the old layout: it lists each once. */
export function agentLister(): (transcriptPath: string, sessionId: string) => AgentFile[] {
  const projectsOf = projectsElsewhere();
  const idsBeside = lookBeside();
  return (transcriptPath, sessionId) => {
    const elsewhere = foldersInProjects(transcriptPath, projectsOf(transcriptPath));
    const folder = dirname(transcriptPath);
    return inAllFolders(transcriptPath, elsewhere, filesIn(folder, idsBeside(folder, sessionId)));
  };
}

function filesIn(folder: string, agentIds: readonly string[]): AgentFile[] {
  return agentIds.map((agentId) => agentFile(folder, "", agentId));
}

/** The files in the session's own folder and elsewhere, then these from beside the main file. */
function inAllFolders(
  transcriptPath: string,
  elsewhere: readonly string[],
  beside: readonly AgentFile[],
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

function agentFilesAmong(entries: readonly Dirent[], root: string, folder: string): AgentFile[] {
  return agentIdsAmong(entries).map((agentId) => agentFile(root, folder, agentId));
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
