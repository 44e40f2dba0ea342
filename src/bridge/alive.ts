import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { number, object, text } from "../transcript/fields.ts";
import { isAlive } from "./lock.ts";

/**
 * Whether a living client has the session open: then its file has not ended. Clients write `sessions/<pid>.json` beside
 * `projects/` while they run (format reference §1); older ones do not, and their files count as ended.
 */
export function isOwnedByLivingClient(transcriptPath: string, sessionId: string): boolean {
  const folder = join(dirname(dirname(dirname(transcriptPath))), "sessions");
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return false;
  }
  return names.some((name) => {
    const owner = readOwner(join(folder, name));
    return owner?.sessionId === sessionId && isAlive(owner.pid);
  });
}

function readOwner(path: string): { pid: number; sessionId: string } | undefined {
  try {
    const raw = object(JSON.parse(readFileSync(path, "utf8")));
    const pid = number(raw?.pid);
    const sessionId = text(raw?.sessionId);
    return pid === undefined || sessionId === undefined ? undefined : { pid, sessionId };
  } catch {
    return undefined;
  }
}
