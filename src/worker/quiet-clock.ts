import { statSync } from "node:fs";
import { type AgentFile, agentFilesOf, agentsAddedMs, listAgentFiles } from "../files/agents/agent-files.ts";
import type { AgentArchive } from "../files/agents/archive.ts";
import { foldersElsewhere } from "../files/agents/folders-elsewhere.ts";
import type { Position } from "../state/position/position.ts";
import type { OpenPosition } from "../state/position/position-files.ts";
import type { World } from "../state/world.ts";

/** Files that have not grown for this long are complete: Claude Code buffers writes for 100 ms. */
const QUIET_MS = 300;

/** Tells when the files of a session are quiet. */
export interface QuietClock {
  /** `quietInMs`: when the files count as quiet if nothing is written any more; 0 if they do. */
  look(opened: OpenPosition): { key: string; quietInMs: number };
}

/** Determines when files are quiet: first by their own times, then by watching them, because clocks can jump. */
export function createQuietClock(world: World): QuietClock {
  let key: string | undefined;
  let changedTicks = 0;
  return {
    look({ position, files }) {
      const latest = lookAtFiles(position, files.archive());
      if (latest.key !== key) {
        const ageMs = key === undefined ? Math.max(0, world.nowMs() - latest.writtenMs) : 0;
        changedTicks = world.ticks() - Math.min(ageMs, QUIET_MS);
        key = latest.key;
      }
      return { key, quietInMs: Math.ceil(Math.max(0, changedTicks + QUIET_MS - world.ticks())) };
    },
  };
}

/** The state of a session's files. `key` changes whenever one of them changes in size. */
interface Look {
  key: string;
  /** When the latest of them was written, in epoch ms. */
  writtenMs: number;
}

/** Looks at the transcript and at the files of running agents. Opens none of them. */
function lookAtFiles(position: Position, archive: AgentArchive): Look {
  const open = openAgents(position, archive);
  const stats = [position.path, ...open.flatMap((file) => [file.path, file.metaPath])].map(sizeAndTime);
  return {
    key: stats.map(({ size }) => size).join(","),
    writtenMs: Math.max(...stats.map(({ mtimeMs }) => mtimeMs)),
  };
}

/** The files of the agents that are not done. If no file was added to the folder, those are the known ones. */
function openAgents({ path, read }: Position, archive: AgentArchive): AgentFile[] {
  const { session } = read;
  const elsewhere = foldersElsewhere(path, session.main.cwds);
  const addedMs = agentsAddedMs(path, read.agentFolders, elsewhere);
  if (addedMs === undefined) return [];
  if (addedMs === read.agentsAddedMs)
    return agentFilesOf(path, Object.keys(session.agents), read.agentFolders);
  return listAgentFiles(path, session.sessionId, false, elsewhere).filter(
    ({ agentId }) => session.doneAgents[agentId] === undefined && !archive.all().has(agentId),
  );
}

function sizeAndTime(path: string): { size: number; mtimeMs: number } {
  try {
    return statSync(path);
  } catch {
    return { size: -1, mtimeMs: 0 };
  }
}
