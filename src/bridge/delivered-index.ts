import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { writeAtomic } from "./atomic-write.ts";
import type { Home } from "./home.ts";

/**
 * Remembers of which sessions everything had been delivered, and what their files looked like then. An export of a whole
 * history with nothing new thus looks at each file once and opens none. It only spares work: whoever loses it, or finds
 * a file changed, reads the session's own state.
 */
export interface DeliveredIndex {
  /** Whether the session's files are as they were when all of it had been delivered. */
  isDelivered(path: string): boolean;
  /** Notes that everything in the files, as they are now, has been delivered. */
  note(path: string): void;
  save(): void;
}

export function openDeliveredIndex(home: Home): DeliveredIndex {
  const file = join(home.root, "delivered.json");
  const known = load(file);
  let changed = false;
  return {
    isDelivered: (path) => known.get(path) === signature(path),
    note(path) {
      const latest = signature(path);
      if (known.get(path) === latest) return;
      known.set(path, latest);
      changed = true;
    },
    save() {
      if (changed) writeAtomic(file, JSON.stringify(Object.fromEntries(known)));
    },
  };
}

function load(file: string): Map<string, string> {
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(file, "utf8")) as Record<string, string>));
  } catch {
    return new Map();
  }
}

/** Sizes and times of the main file and of its subagents' files; those of 2.0 clients count with the main file. */
function signature(path: string): string {
  const folder = join(path.slice(0, -".jsonl".length), "subagents");
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    // Most sessions have no subagents.
  }
  return [path, ...names.map((name) => join(folder, name))].map(sizeAndTime).join(" ");
}

function sizeAndTime(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? "-" : `${stats.size}:${Math.round(stats.mtimeMs)}`;
}
