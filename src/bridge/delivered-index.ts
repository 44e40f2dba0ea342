import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { writeAtomic } from "./atomic-write.ts";
import type { Home } from "./home.ts";

/**
 * Remembers of which sessions everything had been delivered, and what their files looked like then. An export of a whole
 * history with nothing new thus looks at each file once and opens none. It only spares work: whoever loses it, or finds
 * a file changed, reads the session's own state.
 */
export interface DeliveredIndex {
  /** Looks at the session's files, before they are read. */
  look(path: string): Looked;
  save(): void;
}

export interface Looked {
  /** Whether the files are as they were when all of them had been delivered. */
  isDelivered: boolean;
  /** Notes that everything that was in the files at that look has been delivered. */
  note(): void;
}

export function openDeliveredIndex(home: Home): DeliveredIndex {
  const file = join(home.root, "delivered.json");
  const known = load(file);
  const seen = new Set<string>();
  let changed = false;
  return {
    look(path) {
      seen.add(path);
      const latest = signature(path);
      return {
        isDelivered: known.get(path) === latest,
        note() {
          changed ||= known.get(path) !== latest;
          known.set(path, latest);
        },
      };
    },
    save() {
      if (!changed) return;
      const kept = [...known].filter(([path]) => seen.has(path) || existsSync(path));
      writeAtomic(file, JSON.stringify(Object.fromEntries(kept)));
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
