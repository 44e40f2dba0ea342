import { join, sep } from "node:path";
import { ensurePrivateFolder, isTaken, moveAside } from "../disk/private.ts";

/** Paths in the state folder (`~/.ccotel` or `CCOTEL_HOME`) that belong to no single destination. */
export interface Home {
  root: string;
  bin: string;
  inbox: string;
  /** Folder with what the hooks know of each session. */
  sessions: string;
  /** Folder with one folder for each destination: `destination-place.ts`. */
  destinations: string;
  redo: string;
  lock: string;
  rejected: string;
  log: string;
  /** File with what workers keep besides sessions and destinations. */
  delivery: string;
  installation: string;
}

/** The paths in a state folder. `root`: its absolute path. */
export function homeAt(root: string): Home {
  // One `join`, because each takes a thousandth of a Stop.
  const folder = join(root, sep);
  return {
    root,
    bin: `${folder}bin`,
    inbox: `${folder}inbox`,
    sessions: `${folder}sessions`,
    destinations: `${folder}destinations`,
    redo: `${folder}redo.json`,
    lock: `${folder}worker.lock`,
    rejected: `${folder}rejected.jsonl`,
    log: `${folder}ccotel.log`,
    delivery: `${folder}delivery.json`,
    installation: `${folder}installation.json`,
  };
}

/**
 * Creates the folders, readable only by their owner, because session ids and paths are private. Moves a file in the
 * place of a folder aside and calls `onAside` with its new path. The state folder itself may be a link that the user
 * made.
 */
export function ensureHome(home: Home, onAside: (path: string) => void = () => {}): void {
  ensurePrivateFolder(home.root, true);
  for (const folder of [home.inbox, home.sessions]) {
    const aside = ensurePrivateFolder(folder);
    if (aside !== undefined) onAside(aside);
  }
  // If the folder is missing, `migrate` creates it.
  if (isTaken(home.destinations)) onAside(moveAside(home.destinations));
}
