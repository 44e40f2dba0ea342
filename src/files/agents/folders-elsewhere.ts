import { basename, dirname, join } from "node:path";
import { entriesIn } from "../../disk/folder.ts";
import { projectFolderName } from "../project-folder.ts";
import { isSessionId } from "../session-id.ts";

/**
 * Folders of a session in other projects. With clients up to 2.1.150, the transcript stays where it is when the session
 * enters or leaves a worktree, but agents that start after that are written as if the session were one of the new
 * folder's project (docs/develop/transcript-format.md). Later clients move all files.
 *
 * `cwds`: the working folders that the main file names. Returns the paths of the agents' folders from that of the
 * session, as in `AgentFolders`. They need not exist.
 */
export function foldersElsewhere(transcriptPath: string, cwds: readonly string[] = []): string[] {
  if (cwds.length === 0) return [];
  const own = basename(dirname(transcriptPath));
  const projects = new Set(cwds.map(projectFolderName));
  projects.delete(own);
  return foldersInProjects(transcriptPath, [...projects]);
}

/** The same for projects whose names are known. */
export function foldersInProjects(transcriptPath: string, projects: readonly string[]): string[] {
  const sessionId = basename(transcriptPath, ".jsonl");
  return projects.map((project) => `../../../${project}/${sessionId}/subagents`);
}

/**
 * Returns a function that finds the other projects with a folder of the session, for many sessions: each project is
 * listed once. A folder beside a transcript of the same name is not one of them.
 */
export function projectsElsewhere(): (transcriptPath: string) => readonly string[] {
  const indexes = new Map<string, Map<string, string[]>>();
  return (transcriptPath) => {
    const projects = dirname(dirname(transcriptPath));
    if (basename(projects) !== "projects") return [];
    const index = indexes.get(projects) ?? indexOf(projects);
    indexes.set(projects, index);
    return index.get(basename(transcriptPath, ".jsonl")) ?? [];
  };
}

function indexOf(projects: string): Map<string, string[]> {
  const index = new Map<string, string[]>();
  for (const { name: project } of entriesIn(projects)) {
    const entries = entriesIn(join(projects, project));
    const names = new Set(entries.map(({ name }) => name));
    for (const { name } of entries)
      if (isSessionId(name) && !names.has(`${name}.jsonl`))
        index.set(name, [...(index.get(name) ?? []), project]);
  }
  return index;
}
