import { type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { entriesIn } from "../disk/folder.ts";
import { MAX_BYTES, readText, UnfitFileError } from "../disk/read.ts";
import { removeFile } from "../disk/remove-file.ts";
import { parseJson } from "../objects.ts";
import { object, text } from "../transcript/fields.ts";
import { parseEventLines } from "./environment.ts";

/** An event that a hook wrote: the fields that the delivery needs and the few variables that an event may contain. */
export interface HookEvent {
  /** The event's files, to be removed when the event is done. */
  files: string[];
  sessionId: string;
  transcriptPath: string;
  name: string;
  /** When the hook ran. */
  atMs: number;
  promptId?: string;
  /** Trace context, process id and entry point. No other variable of the session counts. */
  env: Record<string, string>;
}

/** Hooks of earlier versions wrote their whole input. */
const MAX_EVENT_BYTES = 16 * MAX_BYTES.note;

/** A hook writes its event at once. A file that is incomplete after this time is never completed. */
const BEING_WRITTEN_MS = 60_000;

/**
 * Reads the events of an inbox folder, the oldest first. A file without an event is still being written. If it has no
 * event after a minute, it is removed, because it would otherwise stay for ever.
 */
export function readInbox(folder: string): HookEvent[] {
  const events = names(folder).flatMap((name) => {
    const path = join(folder, name);
    const event = readEvent(path);
    if (typeof event === "object") return [event];
    if (event === "none") removeOld(path);
    return [];
  });
  // File names start with process ids, which are in no order of time.
  return events.sort((a, b) => a.atMs - b.atMs);
}

function names(folder: string): string[] {
  // The Node hook writes to a temporary name that starts with a dot.
  return entriesIn(folder)
    .filter((entry) => entry.isFile() && !entry.name.startsWith(".") && !entry.name.endsWith(".tmp"))
    .map(({ name }) => name);
}

/** An event with what the file of another event under the same name would differ in. */
interface KnownFile {
  event: HookEvent;
  inode: number;
  size: number;
}

/** The events of the last readings. A worker reads the inbox several times a second while it follows a session. */
const known = new Map<string, KnownFile>();

/** More files than this are not remembered. */
const MOST_KNOWN = 100;

function readEvent(path: string): HookEvent | "none" | "unreadable" {
  try {
    const before = known.get(path);
    if (before !== undefined && isSame(before, statSync(path))) return { ...before.event, files: [path] };
    const content = readText(path, MAX_EVENT_BYTES);
    const stats = statSync(path);
    const event = parseEvent(path, content, stats.mtimeMs);
    if (event === undefined) return "none";
    if (known.size < MOST_KNOWN) known.set(path, { event, inode: stats.ino, size: stats.size });
    return event;
  } catch (error) {
    if (error instanceof UnfitFileError) return "none";
    // Too many files are open, or another process removed the file. That says nothing about its content.
    return "unreadable";
  }
}

function isSame({ event, inode, size }: KnownFile, stats: Stats): boolean {
  return stats.ino === inode && stats.size === size && stats.mtimeMs === event.atMs;
}

/** Parses a file: `NAME=value` lines, an empty line, and the hook's JSON. */
function parseEvent(path: string, content: string, atMs: number): HookEvent | undefined {
  const gap = content.startsWith("\n") ? 0 : content.indexOf("\n\n");
  const head = gap > 0 ? content.slice(0, gap) : "";
  const input = object(parseJson(content.slice(Math.max(gap, 0))));
  const sessionId = text(input?.session_id);
  const transcriptPath = text(input?.transcript_path);
  if (sessionId === undefined || transcriptPath === undefined) return undefined;
  const promptId = text(input?.prompt_id);
  return {
    files: [path],
    sessionId,
    transcriptPath,
    name: text(input?.hook_event_name) ?? "",
    atMs,
    env: parseEventLines(head),
    ...(promptId === undefined ? {} : { promptId }),
  };
}

/** Removes the events' files. Missing files are ignored. */
export function removeEvents(events: HookEvent[]): void {
  for (const file of events.flatMap((event) => event.files)) {
    removeFile(file);
    known.delete(file);
  }
}

function removeOld(path: string): void {
  try {
    if (Math.abs(Date.now() - statSync(path).mtimeMs) > BEING_WRITTEN_MS) removeFile(path);
  } catch {
    // The next reading finds the file again and tries again.
  }
}
