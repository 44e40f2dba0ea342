import { renameSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../config/user-error.ts";
import { dict } from "../dict.ts";
import { MAX_BYTES, readText, UnfitFileError } from "../disk/read.ts";
import { isMissing } from "../files/file-position.ts";
import { newReadState, type ReadState, restoreReadState } from "../files/read-state.ts";
import type { Inbound } from "../telemetry/spans/trace-context.ts";
import type { Change } from "./commit.ts";
import type { Home } from "./home.ts";
import { upgradeRun } from "./upgrade.ts";
import type { Watermark } from "./watermark.ts";

const FORMAT = 1;

/** What is remembered of a session between two deliveries. Fields that this version does not know are kept. */
export interface SavedSession {
  format: typeof FORMAT;
  path: string;
  /** How far everything has been delivered. */
  read: ReadState;
  /** A hook has named it, so it counts in the metrics. */
  hookSeen: boolean;
  /** When processes of the client took the session up, and the trace context that each inherited. */
  starts: { atMs: number; traceparent: string; inbound?: Inbound }[];
  /** Native interaction spans of turns, by prompt id. */
  interactions: Record<string, Inbound>;
  /** Process of the client. */
  pid?: number;
  until: Watermark;
  /** The transcript was another file than before: what is told again until then has been delivered. */
  retold?: Watermark;
  /** Ids of spans behind the position that a backend has taken over already: trouble came before the rest of them. */
  taken?: string[];
  /** When its transcript was first found missing. */
  vanishedMs?: number;
  lastDelivery?: { atMs: number; spans: number; rejected: number };
}

export function newSavedSession(sessionId: string, path: string): SavedSession {
  return {
    format: FORMAT,
    path,
    read: newReadState(sessionId),
    hookSeen: false,
    starts: [],
    interactions: dict(),
    until: {},
  };
}

export function sessionFile(home: Home, sessionId: string): string {
  // Ids are UUIDs; anything else must not reach outside the folder.
  return join(home.sessions, `${sessionId.replace(/[^A-Za-z0-9._-]/g, "_")}.json`);
}

/**
 * What was saved, or a fresh state. A damaged file is moved aside: the session is then sent from its start again, under
 * the same ids. What a newer version has saved is left to it: throws.
 */
export function loadSession(
  home: Home,
  sessionId: string,
  path: string,
  onDamaged: (file: string) => void,
): SavedSession {
  const file = sessionFile(home, sessionId);
  let content: string;
  try {
    content = readText(file, MAX_BYTES.state);
  } catch (error) {
    if (isMissing(error)) return newSavedSession(sessionId, path);
    if (!(error instanceof UnfitFileError)) throw error;
    content = "";
  }
  const saved = parseSession(content);
  if (saved !== undefined) return saved;
  if (isOfNewerVersion(content)) {
    throw new UserError(`A newer version of ccotel has written ${file}.`, {
      hint: "Update ccotel, and run `ccotel configure` so that the hook's worker is the new one, too.",
    });
  }
  onDamaged(file);
  renameSync(file, `${file}.damaged`);
  return newSavedSession(sessionId, path);
}

/** What is saved of a session, for a look without changing anything; undefined when there is nothing. */
export function peekSession(home: Home, sessionId: string): SavedSession | undefined {
  try {
    return parseSession(readText(sessionFile(home, sessionId), MAX_BYTES.state));
  } catch {
    return undefined;
  }
}

export function parseSession(content: string): SavedSession | undefined {
  try {
    const saved = JSON.parse(content) as Partial<SavedSession> | null;
    const whole =
      saved?.format === FORMAT &&
      typeof saved.path === "string" &&
      saved.read?.session?.main !== undefined &&
      typeof saved.until === "object";
    if (!whole) return undefined;
    upgradeRun(saved.read?.session.run);
    return restored(saved as SavedSession);
  } catch {
    return undefined;
  }
}

function restored(saved: SavedSession): SavedSession {
  restoreReadState(saved.read);
  saved.interactions = dict(saved.interactions);
  return saved;
}

/** Whether a state is in order, but not for this version. */
export function isOfNewerVersion(content: string): boolean {
  try {
    const { format } = JSON.parse(content) as { format?: unknown };
    return typeof format === "number" && format > FORMAT;
  } catch {
    return false;
  }
}

export function sessionChange(home: Home, saved: SavedSession): Change {
  return { path: sessionFile(home, saved.read.session.sessionId), content: JSON.stringify(saved) };
}
