import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { namesIn } from "../disk/folder.ts";
import { isAbsent, MAX_BYTES, readText } from "../disk/read.ts";
import { object, processId, text } from "../transcript/fields.ts";

/**
 * Whether a running client has the session open, so that its file has not ended. Clients write `sessions/<pid>.json`
 * beside `projects/` while they run (docs/develop/transcript-format.md). Older clients do not, and their files count as
 * ended.
 */
export function isOwnedByLivingClient(transcriptPath: string, sessionId: string): boolean {
  const folder = join(dirname(dirname(dirname(transcriptPath))), "sessions");
  if (isAbsent(folder)) return false;
  return namesIn(folder).some((name) => {
    const owner = readOwner(join(folder, name));
    return owner?.sessionId === sessionId && isAlive(owner.pid);
  });
}

/** Ids of the sessions that running clients have open. `configDir`: Claude Code's folder. */
export function livingSessions(configDir: string): Set<string> {
  const folder = join(configDir, "sessions");
  const owners = namesIn(folder).map((name) => readOwner(join(folder, name)));
  return new Set(owners.flatMap((owner) => (owner && isAlive(owner.pid) ? [owner.sessionId] : [])));
}

function readOwner(path: string): { pid: number; sessionId: string } | undefined {
  try {
    const raw = object(JSON.parse(readText(path, MAX_BYTES.note)));
    const pid = processId(raw?.pid);
    const sessionId = text(raw?.sessionId);
    return pid === undefined || sessionId === undefined ? undefined : { pid, sessionId };
  } catch {
    return undefined;
  }
}

/**
 * Whether a process of this machine still runs. A zombie, whose parent has not yet collected its exit status, does not.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return !isZombie(pid);
}

/**
 * In a container, the first process often does not collect the exit status of orphans. These, our worker among them,
 * keep their pid after they exit. Linux only (proc_pid_stat(5): the state follows the name, which is in brackets and
 * may contain any character).
 */
function isZombie(pid: number): boolean {
  try {
    return /.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}
