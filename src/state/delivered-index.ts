import { existsSync, readdirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { MAX_BYTES, readText } from "../disk/read.ts";
import type { FoundSession } from "../files/find-sessions.ts";
import { writeAtomic } from "./atomic-write.ts";
import type { DestinationPlace } from "./destination-place.ts";

/**
 * Remembers of which sessions everything had been delivered, and what their files looked like then. An export of a whole
 * history with nothing new thus looks at each file once and opens none. It only spares work: whoever loses it, or finds
 * a file changed, reads the session's own state.
 */
export interface DeliveredIndex {
  /** Looks at the session's files, before they are read. */
  look(session: FoundSession): Looked;
  save(): void;
}

export interface Looked {
  /** Of the main file. */
  bytes: number;
  /** Whether the files are as they were when all of them had been delivered. */
  isBelowWatermark: boolean;
  /** Notes that everything that was in the files at that look has been delivered. */
  note(): void;
}

export function openDeliveredIndex(place: DestinationPlace): DeliveredIndex {
  const file = join(place.root, "delivered.json");
  const known = load(file);
  const seen = new Set<string>();
  let changed = false;
  return {
    look({ path, isAlone }) {
      seen.add(path);
      const main = statSync(path, { throwIfNoEntry: false });
      const others = isAlone ? [] : agentFiles(path).map((file) => statSync(file, { throwIfNoEntry: false }));
      const latest = [main, ...others].map(sizeAndTime).join(" ");
      return {
        bytes: main?.size ?? 0,
        isBelowWatermark: known.get(path) === latest,
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
    return new Map(Object.entries(JSON.parse(readText(file, MAX_BYTES.state)) as Record<string, string>));
  } catch {
    return new Map();
  }
}

/** Files of the session's subagents; those of 2.0 clients count with the main file. */
function agentFiles(path: string): string[] {
  const folder = join(path.slice(0, -".jsonl".length), "subagents");
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function sizeAndTime(stats: Stats | undefined): string {
  return stats === undefined ? "-" : `${stats.size}:${Math.round(stats.mtimeMs)}`;
}
