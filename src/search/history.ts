import { join } from "node:path";
import { MAX_BYTES, tryReadText } from "../disk/read.ts";
import { parseJson } from "../objects.ts";
import { object } from "../transcript/fields.ts";

/** A session in Claude Code's `history.jsonl`, which holds the prompts that were typed at a terminal. */
export interface PastSession {
  sessionId: string;
  /** The folder that the session was started in. */
  project?: string;
  firstMs: number;
  lastMs: number;
  prompts: string[];
}

/**
 * The sessions in `history.jsonl` whose transcripts were deleted: those that are not known. Empty if the file cannot be
 * read.
 */
export function pastSessions(configDir: string, isKnown: (sessionId: string) => boolean): PastSession[] {
  const sessions = new Map<string, PastSession>();
  const text = tryReadText(join(configDir, "history.jsonl"), MAX_BYTES.state) ?? "";
  for (const line of text.split("\n")) {
    // Most lines are about a session with a transcript. They need no parsing.
    if (isKnown(sessionIdIn(line) ?? "")) continue;
    const { sessionId, timestamp, display, project } = object(parseJson(line)) ?? {};
    if (typeof sessionId !== "string" || sessionId === "" || isKnown(sessionId)) continue;
    if (!isMoment(timestamp) || typeof display !== "string") continue;
    const session = sessions.get(sessionId) ?? {
      sessionId,
      ...(typeof project === "string" ? { project } : {}),
      firstMs: timestamp,
      lastMs: timestamp,
      prompts: [],
    };
    sessions.set(sessionId, session);
    session.firstMs = Math.min(session.firstMs, timestamp);
    session.lastMs = Math.max(session.lastMs, timestamp);
    session.prompts.push(display);
  }
  return [...sessions.values()];
}

/** Whether the value is epoch ms that `Date` can represent. */
function isMoment(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= MAX_MS;
}

const MAX_MS = 8.64e15;

const SESSION_KEY = '"sessionId":"';

/**
 * The session that a line names, if the key is there once, as the client writes it. Quotes within a text are escaped,
 * so no text holds the key.
 */
function sessionIdIn(line: string): string | undefined {
  const at = line.indexOf(SESSION_KEY);
  if (at === -1 || line.indexOf(SESSION_KEY, at + 1) !== -1) return undefined;
  const from = at + SESSION_KEY.length;
  return line.slice(from, line.indexOf('"', from));
}
