import { readFileSync } from "node:fs";
import { uptime } from "node:os";
import { dirname, join } from "node:path";
import { namesIn } from "../disk/folder.ts";
import { isAbsent, MAX_BYTES, readJson } from "../disk/read.ts";
import { tryStat } from "../disk/stat.ts";
import { processId, text } from "../transcript/fields.ts";

/**
 * Whether a running client has the session open, so that its file has not ended. Clients write `sessions/<pid>.json`
 * beside `projects/` while they run (docs/develop/transcript-format.md). Older clients do not, and their files count as
 * ended.
 */
export function isOwnedByLivingClient(transcriptPath: string, sessionId: string): boolean {
  return openSinceMs(transcriptPath, sessionId) !== undefined;
}

/** When the running client began that has the session open, in epoch ms; the first one of several. Else undefined. */
export function openSinceMs(transcriptPath: string, sessionId: string): number | undefined {
  const folder = join(dirname(dirname(dirname(transcriptPath))), "sessions");
  if (isAbsent(folder)) return undefined;
  const begins = namesIn(folder).flatMap((name) => {
    const owner = readOwner(join(folder, name));
    if (owner?.sessionId !== sessionId || !isAlive(owner.pid, owner.writtenMs)) return [];
    return [beginOf(owner)];
  });
  return begins.length === 0 ? undefined : Math.min(...begins);
}

/** A client notes its start only once it has loaded. By then, `-p` may have taken in the prompt. */
const LOADING_MS = 2_000;

function beginOf({ pid, startedMs }: Owner): number {
  const { beganMs } = aboutProcess(pid);
  // Some systems tell only when the machine was started.
  return startedMs === undefined ? beganMs : Math.min(startedMs, Math.max(beganMs, startedMs - LOADING_MS));
}

/** Ids of the sessions that running clients have open. `configDir`: Claude Code's folder. */
export function livingSessions(configDir: string): Set<string> {
  const folder = join(configDir, "sessions");
  const owners = namesIn(folder).map((name) => readOwner(join(folder, name)));
  return new Set(
    owners.flatMap((owner) => (owner && isAlive(owner.pid, owner.writtenMs) ? [owner.sessionId] : [])),
  );
}

interface Owner {
  pid: number;
  sessionId: string;
  writtenMs: number;
  startedMs?: number;
}

function readOwner(path: string): Owner | undefined {
  const raw = readJson(path, MAX_BYTES.note);
  const pid = processId(raw?.pid);
  const sessionId = text(raw?.sessionId);
  const writtenMs = tryStat(path)?.mtimeMs;
  if (pid === undefined || sessionId === undefined || writtenMs === undefined) return undefined;
  const startedMs = raw?.startedAt;
  return { pid, sessionId, writtenMs, ...(typeof startedMs === "number" ? { startedMs } : {}) };
}

/**
 * Whether a process of this machine still runs. A zombie, whose parent has not yet collected its exit status, does not.
 * `writtenMs`: when the process last wrote the file that names it, in epoch ms. After a restart of the machine or of a
 * container, another program may have its id.
 */
export function isAlive(pid: number, writtenMs = Number.POSITIVE_INFINITY): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const { isZombie, beganMs } = aboutProcess(pid);
  return !isZombie && writtenMs > beganMs - CLOCK_MS;
}

/** The clock may have been corrected by this much since the file was written. */
const CLOCK_MS = 60_000;

/**
 * Whether the process is a zombie, and when it began, in epoch ms; where the system does not tell that, when the
 * machine was started.
 *
 * In a container, the first process often does not collect the exit status of orphans. These, our worker among them,
 * keep their pid after they exit.
 */
function aboutProcess(pid: number): { isZombie: boolean; beganMs: number } {
  const own = procStat("self");
  const other = procStat(String(pid));
  if (own === undefined || other === undefined)
    return { isZombie: false, beganMs: Date.now() - uptime() * 1000 };
  // An LXC container has an uptime of its own, but counts the begin of a process from the start of its host.
  return { isZombie: other.isZombie, beganMs: performance.timeOrigin + other.beganAtMs - own.beganAtMs };
}

/**
 * What Linux tells of a process (proc_pid_stat(5)): the state follows the name, which is in brackets and may contain
 * any character; the 20th value from there on is the begin, in hundredths of a second since the machine was started.
 */
function procStat(name: string): { isZombie: boolean; beganAtMs: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, "latin1");
    const values = stat.slice(stat.lastIndexOf(") ") + 2).split(" ");
    return { isZombie: /^[ZX]$/.test(values[0] ?? ""), beganAtMs: (Number(values[19]) || 0) * 10 };
  } catch {
    return undefined;
  }
}
