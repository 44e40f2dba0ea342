import { join } from "node:path";
import { dict } from "../../dict.ts";
import { tryStat } from "../../disk/stat.ts";
import { isAlive } from "../../files/alive.ts";
import type { Inbound } from "../../telemetry/spans/trace-context.ts";
import type { SaidInTurn } from "../../telemetry/status-line.ts";
import { epoch, object, processId } from "../../transcript/fields.ts";
import type { Change } from "../commit.ts";
import type { Home } from "../home.ts";
import { FORMAT, fileName, peekStateFile, readStateFile } from "../state-file.ts";
import { listOf, mapOf, maybe, number, shapeOf, text } from "./shape.ts";

/**
 * What only the hooks know of a session, for all destinations: `sessions/<id>.json`. Keeps fields that this version
 * does not know.
 */
export interface HookFacts {
  format: typeof FORMAT;
  sessionId: string;
  path: string;
  /** A hook has named the session, so it counts in the metrics. */
  hookSeen: boolean;
  /** When Claude Code processes started or resumed the session, and the trace context that each inherited. */
  starts: { atMs: number; traceparent: string; inbound?: Inbound }[];
  /** Native interaction spans of the latest turns, by prompt id. */
  interactions: Record<string, Inbound>;
  /** What the status line received last in each of the latest turns, by prompt id. Set only if one is set up. */
  saidInTurns?: Record<string, SaidInTurn>;
  /** Id of the Claude Code process. */
  pid?: number;
  /** When its transcript was first found missing, in epoch ms. */
  vanishedMs?: number;
}

/** What is known of a session before any hook has named it. `path`: its transcript. */
export function newHookFacts(sessionId: string, path: string): HookFacts {
  return { format: FORMAT, sessionId, path, hookSeen: false, starts: [], interactions: dict() };
}

/** The file of what the hooks know of a session. */
export function hookFactsFile(home: Home, sessionId: string): string {
  return join(home.sessions, fileName(sessionId));
}

/**
 * Loads the facts, or new ones if there is no file. A damaged file is moved aside and logged:
 * past trace contexts are lost, spans are not.
 */
export function loadHookFacts(
  home: Home,
  sessionId: string,
  path: string,
  log: (line: string) => void,
): HookFacts {
  const known = readStateFile(hookFactsFile(home, sessionId), parseHookFacts, (file) =>
    log(`${file} was damaged and has been moved aside`),
  );
  return known ?? newHookFacts(sessionId, path);
}

/** Reads the facts and changes nothing on disk. Undefined if there are none or they are damaged. */
export function peekHookFacts(home: Home, sessionId: string): HookFacts | undefined {
  return peekStateFile(hookFactsFile(home, sessionId), parseHookFacts);
}

/** Parses the file's content. Undefined if it is damaged, or of another format. */
export function parseHookFacts(content: string): HookFacts | undefined {
  try {
    const facts = JSON.parse(content) as Partial<HookFacts> | null;
    const whole =
      facts?.format === FORMAT &&
      typeof facts.sessionId === "string" &&
      typeof facts.path === "string" &&
      Array.isArray(facts.starts) &&
      facts.starts.every((start) => epoch(object(start)?.atMs) !== undefined) &&
      (facts.pid === undefined || processId(facts.pid) !== undefined) &&
      typeof facts.interactions === "object" &&
      facts.interactions !== null;
    if (!whole) return undefined;
    const known = { ...facts, interactions: dict(facts.interactions) } as HookFacts;
    if (isSaid(facts.saidInTurns)) known.saidInTurns = dict(facts.saidInTurns);
    else delete known.saidInTurns;
    return known;
  } catch {
    return undefined;
  }
}

const isSaid = mapOf(
  shapeOf({
    atMs: number,
    limits: maybe(listOf(shapeOf({ window: text, usedRatio: number, resetMs: maybe(number) }))),
    contextUsedRatio: maybe(number),
    clientUsd: maybe(number),
  }),
) as (value: unknown) => value is NonNullable<HookFacts["saidInTurns"]>;

/** The change that saves the facts. */
export function hookFactsChange(home: Home, facts: HookFacts): Change {
  return { path: hookFactsFile(home, facts.sessionId), content: JSON.stringify(facts) };
}

/** Whether the client's process that the last hook named still runs. */
export function isClientAlive(home: Home, { sessionId, pid }: HookFacts): boolean {
  if (pid === undefined) return false;
  return isAlive(pid, tryStat(hookFactsFile(home, sessionId))?.mtimeMs);
}
