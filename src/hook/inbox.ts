import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { MAX_BYTES, readText, UnfitFileError } from "../disk/read.ts";
import { object, text } from "../transcript/fields.ts";
import { parseEventLines } from "./environment.ts";

/** What a hook left: what the delivery needs of the event, and the few variables that it may bring along. */
export interface HookEvent {
  /** Files that say it; removed when it is done. */
  files: string[];
  sessionId: string;
  transcriptPath: string;
  name: string;
  /** When the hook ran. */
  atMs: number;
  promptId?: string;
  /** Trace context, process and entry point: nothing else of a session's environment counts. */
  env: Record<string, string>;
}

/** Hooks of earlier versions have written all of their input. */
const MAX_EVENT_BYTES = 16 * MAX_BYTES.note;

/** A hook writes its event in one go; nobody takes so long for it. */
const BEING_WRITTEN_MS = 60_000;

/**
 * Events in the order in which they came. A file that holds none is being written; when it is still none a while later,
 * it is removed, since it would stay for ever.
 */
export function readInbox(folder: string): HookEvent[] {
  const events = names(folder).flatMap((name) => {
    const path = join(folder, name);
    const event = readEvent(path);
    if (typeof event === "object") return [event];
    if (event === "none") removeOld(path);
    return [];
  });
  // Names begin with process ids, which have no order.
  return events.sort((a, b) => a.atMs - b.atMs);
}

function names(folder: string): string[] {
  try {
    // Hooks in Node write under a name with a dot in front.
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith(".") && !entry.name.endsWith(".tmp"))
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

function readEvent(path: string): HookEvent | "none" | "unreadable" {
  try {
    const content = readText(path, MAX_EVENT_BYTES);
    return parseEvent(path, content, statSync(path).mtimeMs) ?? "none";
  } catch (error) {
    if (error instanceof UnfitFileError) return "none";
    // Too many open files, or somebody took it away: it says nothing about what is in it.
    return "unreadable";
  }
}

/** The file is the environment as `NAME=value` lines, an empty line, and the hook's JSON. */
function parseEvent(path: string, content: string, atMs: number): HookEvent | undefined {
  const gap = content.startsWith("\n") ? 0 : content.indexOf("\n\n");
  const head = gap > 0 ? content.slice(0, gap) : "";
  const input = parseObject(content.slice(Math.max(gap, 0)));
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

function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    return object(JSON.parse(json));
  } catch {
    return undefined;
  }
}

export function removeEvents(events: HookEvent[]): void {
  for (const file of events.flatMap((event) => event.files)) rmSync(file, { force: true });
}

function removeOld(path: string): void {
  try {
    if (Math.abs(Date.now() - statSync(path).mtimeMs) > BEING_WRITTEN_MS) rmSync(path, { force: true });
  } catch {
    // It is read again, and again found to be none.
  }
}
