import { join } from "node:path";
import { ensurePrivateFolder, isTaken, moveAside } from "../disk/private.ts";

/** The places in the state folder (`~/.ccotel`, `CCOTEL_HOME`) that belong to no destination. */
export interface Home {
  root: string;
  bin: string;
  inbox: string;
  /** What the hooks know of each session. */
  sessions: string;
  /** A folder for each destination: `destination-place.ts`. */
  destinations: string;
  redo: string;
  lock: string;
  rejected: string;
  log: string;
  /** What the worker remembers beyond sessions and destinations. */
  delivery: string;
  installation: string;
}

export function homeAt(root: string): Home {
  return {
    root,
    bin: join(root, "bin"),
    inbox: join(root, "inbox"),
    sessions: join(root, "sessions"),
    destinations: join(root, "destinations"),
    redo: join(root, "redo.json"),
    lock: join(root, "worker.lock"),
    rejected: join(root, "rejected.jsonl"),
    log: join(root, "ccotel.log"),
    delivery: join(root, "delivery.json"),
    installation: join(root, "installation.json"),
  };
}

/**
 * Makes the folders, readable by their owner alone: session ids and paths are nobody else's business. `onAside` is told of
 * what stood in the place of one and was moved; the state folder itself may be a link of the user's.
 */
export function ensureHome(home: Home, onAside: (path: string) => void = () => {}): void {
  ensurePrivateFolder(home.root, true);
  for (const folder of [home.inbox, home.sessions]) {
    const aside = ensurePrivateFolder(folder);
    if (aside !== undefined) onAside(aside);
  }
  // Where there is none yet, `migrate` makes it.
  if (isTaken(home.destinations)) onAside(moveAside(home.destinations));
}
