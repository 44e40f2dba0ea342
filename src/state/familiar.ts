import { createHash } from "node:crypto";
import { join } from "node:path";
import { writeAtomic } from "../disk/atomic-write.ts";
import { ensurePrivateFolder } from "../disk/private.ts";
import { MAX_BYTES, tryReadText } from "../disk/read.ts";
import { isRecord } from "../objects.ts";
import type { Home } from "./home.ts";

/** What a project is known to use: `projects/<hash>.json`. Everything in it is hashed: hosts, servers, hooks, and by what. */
interface Known {
  format: 1;
  /** The first session of the project, which says what is usual there. */
  first: string;
  /** Hash of a subject → hash of what used it first; "" where that is usual. */
  seen: Record<string, string>;
}

/** More than that is no pattern: then nothing new is learned or told. */
const MAX_SEEN = 5_000;

/**
 * What projects are known to use, kept in the state folder. What a project's first session uses is usual. What is new is
 * told of the call that used it first, and of the same call again whenever it is read again. `learns`: off for commands that
 * only show what is known.
 */
export function createFamiliar({ root }: Home, learns: boolean) {
  const folder = join(root, "projects");
  const projects = new Map<string, Known | undefined>();

  function open(file: string): Known | undefined {
    if (!projects.has(file)) projects.set(file, parse(tryReadText(file, MAX_BYTES.state)));
    return projects.get(file);
  }

  function save(file: string, known: Known): void {
    projects.set(file, known);
    try {
      ensurePrivateFolder(folder);
      writeAtomic(file, JSON.stringify(known));
    } catch {
      // A full disk keeps no session back: the next process learns it anew.
    }
  }

  return {
    isNew(project: string, sessionId: string, subject: string, by: string): boolean {
      const file = join(folder, `${hash(project)}.json`);
      let known = open(file);
      if (known === undefined) {
        if (!learns) return false;
        known = { format: 1, first: hash(sessionId), seen: {} };
      }
      const key = hash(subject);
      const before = Object.hasOwn(known.seen, key) ? known.seen[key] : undefined;
      if (before !== undefined) return before !== "" && before === hash(by);
      if (!learns || Object.keys(known.seen).length >= MAX_SEEN) return false;
      const isUsual = known.first === hash(sessionId);
      known.seen[key] = isUsual ? "" : hash(by);
      save(file, known);
      return !isUsual;
    },
  };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** A file that is damaged is one that is not there: the project's next session says anew what is usual. */
function parse(content: string | undefined): Known | undefined {
  try {
    const value: unknown = JSON.parse(content ?? "");
    if (!isRecord(value) || value.format !== 1 || typeof value.first !== "string") return undefined;
    const { seen } = value;
    if (!isRecord(seen) || Object.values(seen).some((by) => typeof by !== "string")) return undefined;
    return value as unknown as Known;
  } catch {
    return undefined;
  }
}
