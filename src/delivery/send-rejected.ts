import { MAX_BYTES, tryReadText } from "../disk/read.ts";
import { isOwnedByLivingClient } from "../files/alive.ts";
import { readSession } from "../files/read-session.ts";
import { newReadState } from "../files/read-state.ts";
import { writeAtomic } from "../state/atomic-write.ts";
import { signalState } from "../state/destination-state.ts";
import type { Home } from "../state/home.ts";
import { newHookFacts, peekHookFacts } from "../state/hook-facts.ts";
import { type OutletMemory, peekPosition } from "../state/position.ts";
import { realWorld, type World } from "../state/world.ts";
import { object, text } from "../transcript/fields.ts";
import { readOptions } from "./deliver.ts";
import { createDestination, keyOf, noteSuccess, noteTrouble, openPlace, saveState } from "./destination.ts";
import type { ExportResult } from "./export-sessions.ts";
import { holdingLock } from "./hold-lock.ts";
import type { Prepared } from "./load.ts";

/** A span that a backend refused, as a line of `rejected.jsonl` says it. */
interface Rejected {
  line: string;
  sessionId: string;
  spanId: string;
}

/**
 * Sends once more what this destination has refused and what was therefore set aside: after a repair. Spans are made anew
 * from the transcripts, under the same ids; positions and counters stay as they are. What is accepted leaves the list.
 */
export async function sendRejected(
  home: Home,
  prepared: Prepared,
  world: World = realWorld(home, process.env),
): Promise<ExportResult> {
  const result: ExportResult = { sessions: 0, spansSent: 0, spansRejected: 0 };
  const key = keyOf(prepared);
  if (key === undefined) return result;
  return holdingLock(world, async () => {
    const opened = openPlace(key, world);
    try {
      for (const [sessionId, spans] of grouped(rejectedBy(home, key))) {
        await sendOne(sessionId, spans);
        if (result.failure !== undefined) break;
      }
    } finally {
      saveState(opened);
    }
    return result;

    async function sendOne(sessionId: string, spans: readonly Rejected[]): Promise<void> {
      const only = new Set(spans.map(({ spanId }) => spanId));
      const destination = createDestination(opened, prepared, world, { counts: "none", only });
      try {
        const outlet = destination.outlets.find(({ signal }) => signal === "traces");
        const path = peekPosition(opened.place, sessionId)?.path ?? peekHookFacts(home, sessionId)?.path;
        if (outlet === undefined || path === undefined) return;
        const hook = peekHookFacts(home, sessionId) ?? newHookFacts(sessionId, path);
        const isOver = !isOwnedByLivingClient(path, sessionId);
        const options = readOptions(hook, destination.session);
        const facts = { quiet: isOver, ended: isOver, session: options };
        for (const pieces of readSession(path, newReadState(sessionId), facts))
          outlet.take(pieces, { sessionId, hook });
        const memory: OutletMemory = { until: {} };
        const settled = await outlet.settle(memory);
        const state = signalState(opened.state, "traces");
        state.rejected = Math.max(0, (state.rejected ?? 0) - settled.accepted - settled.rejected);
        result.spansSent += settled.accepted;
        result.spansRejected += settled.rejected;
        if (settled.accepted > 0) noteSuccess(destination, "traces", world.nowMs());
        // What was set aside once more has a line of its own by now.
        const tried = new Set(memory.taken);
        strikeOut(
          home,
          spans.filter(({ spanId }) => tried.has(spanId)),
        );
        result.sessions++;
        if (settled.trouble === undefined) return;
        const message = noteTrouble(destination, "traces", settled.trouble, world);
        result.failure = { outcome: settled.trouble.outcome, message };
      } finally {
        destination.sender.close();
      }
    }
  });
}

/** How many spans wait in the list for this destination. */
export function countRejected(home: Home, key: string): number {
  return rejectedBy(home, key).length;
}

function rejectedBy(home: Home, key: string): Rejected[] {
  return filesOf(home).flatMap((file) => linesOf(file).flatMap((line) => parse(line, key) ?? []));
}

function parse(line: string, key: string): Rejected | undefined {
  try {
    const entry = object(JSON.parse(line));
    const [sessionId, spanId] = [text(entry?.sessionId), text(entry?.spanId)];
    if (entry?.destination !== key || sessionId === undefined || spanId === undefined) return undefined;
    return { line, sessionId, spanId };
  } catch {
    return undefined;
  }
}

function grouped(spans: readonly Rejected[]): Map<string, Rejected[]> {
  const groups = new Map<string, Rejected[]>();
  for (const span of spans) groups.set(span.sessionId, [...(groups.get(span.sessionId) ?? []), span]);
  return groups;
}

function strikeOut(home: Home, spans: readonly Rejected[]): void {
  for (const file of filesOf(home)) {
    const settled = new Set(spans.map(({ line }) => line));
    const lines = linesOf(file);
    const kept = lines.filter((line) => !settled.has(line));
    if (kept.length < lines.length) writeAtomic(file, kept.map((line) => `${line}\n`).join(""));
  }
}

/** The list, and its older half where it has grown. */
function filesOf({ rejected }: Home): string[] {
  return [`${rejected}.1`, rejected];
}

function linesOf(file: string): string[] {
  return (tryReadText(file, MAX_BYTES.state) ?? "").split("\n").filter((line) => line !== "");
}
