import { readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { writeAtomic } from "../disk/atomic-write.ts";
import { ensurePrivateFolder } from "../disk/private.ts";
import { MAX_BYTES, readJson } from "../disk/read.ts";
import { isRecord } from "../objects.ts";
import { sha256 } from "../sha256.ts";
import type { Home } from "./home.ts";

/**
 * What a project is known to use: `projects/<hash>.json`. Hosts, servers and hooks, and the calls that used them, are
 * all hashed.
 */
interface Known {
  format: 1;
  /** Hash of the project's first session. What that session uses is usual. */
  first: string;
  /** Hash of a subject → hash of the call that used it first, or "" if it is usual. */
  seen: Record<string, string>;
  /** Kind → hashes of all members that its complete lists have had, and when the last of them was made. */
  members?: Record<string, { hashes: string[]; atMs: number }>;
  /** Hash of a member → hash of the turn that was the first without it, or "" if that turn is unknown. */
  missing?: Record<string, string>;
}

/** A project that uses more subjects than this has no pattern, so nothing more is learned or reported. */
const MAX_SEEN = 5_000;

/** A kind with more members than this has no pattern. */
const MAX_MEMBERS = 200;

/** More projects than this are mostly temporary folders. The least recently used ones are removed. */
const MAX_PROJECTS = 1_000;

/**
 * What projects are known to use, kept in the state folder. Everything that a project's first session uses is usual. A
 * new subject is reported for the call that used it first, also when that call is read again. `learns`: false for
 * commands that only show what is known.
 */
export function createFamiliar({ root }: Home, { learns }: { learns: boolean }) {
  const folder = join(root, "projects");
  const projects = new Map<string, Known>();

  /**
   * Reads the file again if it may know more: other processes learn, too, and each destination reads sessions
   * separately.
   */
  function open(file: string, isKnown: (known: Known) => boolean): Known | undefined {
    const before = projects.get(file);
    if (before !== undefined && isKnown(before)) return before;
    const saved = knownIn(readJson(file, MAX_BYTES.state));
    if (saved === undefined) return before;
    if (learns && before === undefined) touch(file);
    const known = {
      ...saved,
      seen: { ...before?.seen, ...saved.seen },
      members: { ...before?.members, ...saved.members },
      missing: { ...before?.missing, ...saved.missing },
    };
    projects.set(file, known);
    return known;
  }

  function save(file: string, known: Known): void {
    const isNew = !projects.has(file);
    projects.set(file, known);
    try {
      ensurePrivateFolder(folder);
      if (isNew) makeRoom(folder);
      writeAtomic(file, JSON.stringify(known));
    } catch {
      // The disk may be full. That must not hold up the session; the next process learns the subject again.
    }
  }

  return {
    /** See `Familiar` in signals/. */
    newAmong(
      subjects: readonly string[],
      { project, sessionId, part }: { project: string; sessionId: string; part: string },
    ): string[] {
      const file = join(folder, `${hash(project)}.json`);
      const keys = subjects.map(hash);
      const first = hash(sessionId);
      const isKnown = ({ seen }: Known) => keys.every((key) => seen[key] !== undefined);
      const known = open(file, isKnown) ?? { format: 1, first, seen: {} };
      const by = hash(`${sessionId}/${part}`);
      const unknown = keys.filter((key) => known.seen[key] === undefined);
      const room = learns && unknown.length > 0 ? MAX_SEEN - Object.keys(known.seen).length : 0;
      const learned = unknown.slice(0, Math.max(0, room));
      for (const key of learned) known.seen[key] = known.first === first ? "" : by;
      if (learned.length > 0) save(file, known);
      return subjects.filter((_, index) => known.seen[keys[index] as string] === by);
    },

    /** See `Familiar` in signals/. */
    misses(
      kind: string,
      names: readonly string[],
      { project, sessionId, part, atMs }: { project: string; sessionId: string; part: string; atMs: number },
    ): boolean {
      const file = join(folder, `${hash(project)}.json`);
      const keys = names.map((name) => hash(`${kind} ${name}`));
      const by = hash(`${sessionId}/${part}`);
      const compared = (known: Known) => {
        const { hashes = [], atMs: latestMs = 0 } = known.members?.[kind] ?? {};
        const lost = hashes.filter((key) => !keys.includes(key));
        return {
          hashes,
          latestMs,
          lost,
          newlyLost: atMs < latestMs ? [] : lost.filter((key) => known.missing?.[key] === undefined),
          fresh: keys.filter((key) => !hashes.includes(key)).slice(0, MAX_MEMBERS - hashes.length),
        };
      };
      const isKnown = (known: Known) => {
        const { newlyLost, fresh } = compared(known);
        return newlyLost.length + fresh.length === 0;
      };
      const known = open(file, isKnown) ?? { format: 1, first: hash(sessionId), seen: {} };
      const { hashes, latestMs, lost, newlyLost, fresh } = compared(known);
      if (learns && newlyLost.length + fresh.length > 0) {
        const missing = newlyLost.map((key) => [key, by]);
        // When a session of earlier is read late, what only it had was removed before anything was learned of it.
        const before = atMs < latestMs ? fresh.map((key) => [key, ""]) : [];
        known.missing = { ...known.missing, ...Object.fromEntries([...before, ...missing]) };
        const members = { hashes: [...hashes, ...fresh], atMs: Math.max(atMs, latestMs) };
        known.members = { ...known.members, [kind]: members };
        save(file, known);
      }
      return lost.some((key) => known.missing?.[key] === by);
    },
  };
}

function touch(file: string): void {
  try {
    const now = new Date();
    utimesSync(file, now, now);
  } catch {
    // The project then counts as not used since.
  }
}

/** Removes the least recently used projects to make room for one more. */
function makeRoom(folder: string): void {
  const files = readdirSync(folder).map((name) => join(folder, name));
  if (files.length < MAX_PROJECTS) return;
  const used = files.map((path) => ({ path, atMs: statSync(path).mtimeMs })).sort((a, b) => b.atMs - a.atMs);
  for (const { path } of used.slice(MAX_PROJECTS - 1)) rmSync(path, { recursive: true, force: true });
}

function hash(text: string): string {
  return sha256(text).slice(0, 16);
}

/** Undefined for a missing or damaged file. The project's next session then defines what is usual. */
function knownIn(value: Record<string, unknown> | undefined): Known | undefined {
  if (value?.format !== 1 || typeof value.first !== "string") return undefined;
  const { seen, members = {}, missing = {} } = value;
  if (!isTexts(seen) || !isTexts(missing) || !isRecord(members)) return undefined;
  return Object.values(members).every(isMembers) ? (value as unknown as Known) : undefined;
}

function isTexts(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((one) => typeof one === "string");
}

function isMembers(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value.atMs === "number" &&
    Array.isArray(value.hashes) &&
    value.hashes.every((one) => typeof one === "string")
  );
}
