import { join } from "node:path";
import { MAX_BYTES, tryReadText } from "../disk/read.ts";

/** A session in Claude Code's `history.jsonl`, which holds the prompts that were typed at a terminal. */
interface PastSession {
  sessionId: string;
  /** The folder that the session was started in. */
  project?: string;
  firstMs: number;
  lastMs: number;
  prompts: string[];
}

/** The sessions in `history.jsonl`, also those whose transcripts were deleted. Empty if the file cannot be read. */
export function pastSessions(configDir: string): PastSession[] {
  const sessions = new Map<string, PastSession>();
  const text = tryReadText(join(configDir, "history.jsonl"), MAX_BYTES.state) ?? "";
  for (const line of text.split("\n")) {
    const { sessionId, timestamp, display, project } = fieldsOf(line);
    if (typeof sessionId !== "string" || sessionId === "") continue;
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

function fieldsOf(line: string): Partial<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
