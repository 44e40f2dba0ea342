import { writeAtomic } from "../../disk/atomic-write.ts";
import { MAX_BYTES, tryReadText } from "../../disk/read.ts";
import { isOwnedByLivingClient } from "../../files/alive.ts";
import { readSession } from "../../files/read-session.ts";
import { newReadState } from "../../files/read-state.ts";
import { keyOf } from "../../state/destinations/destination-place.ts";
import { signalState } from "../../state/destinations/destination-state.ts";
import type { Home } from "../../state/home.ts";
import { newHookFacts, peekHookFacts } from "../../state/position/hook-facts.ts";
import { type OutletMemory, peekPosition } from "../../state/position/position.ts";
import { realWorld, type World } from "../../state/world.ts";
import { object, text } from "../../transcript/fields.ts";
import {
  createDestination,
  type Destination,
  noteSuccess,
  noteTrouble,
  openPlace,
  saveState,
} from "../destination.ts";
import type { Prepared } from "../load/load.ts";
import { readOptions } from "../open-reading.ts";
import type { Outlet, Parcel } from "../outlets/outlet.ts";
import type { ExportResult } from "./export-work.ts";
import { holdingLock } from "./hold-lock.ts";

/** A span or log record that a backend rejected: one line of `rejected.jsonl`. */
interface Rejected {
  line: string;
  signal: "traces" | "logs";
  sessionId: string;
  /** The id of the span or of the log record. */
  id: string;
}

/**
 * Sends the items of `rejected.jsonl` to this destination again, after its backend was repaired. Spans are made again
 * from the transcripts and keep their ids. Positions and counters do not change. Accepted items leave the list.
 */
export async function sendRejected(
  home: Home,
  prepared: Prepared,
  world: World = realWorld(home, process.env),
): Promise<ExportResult> {
  const result: ExportResult = { sessions: 0, spansSent: 0, logsSent: 0, spansRejected: 0, counted: 0 };
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

    async function sendOne(sessionId: string, items: readonly Rejected[]): Promise<void> {
      const only = new Set(items.map(({ id }) => id));
      const destination = createDestination(opened, prepared, world, { counts: "none", only });
      try {
        const path = peekPosition(opened.place, sessionId)?.path ?? peekHookFacts(home, sessionId)?.path;
        if (path === undefined) return;
        const hook = peekHookFacts(home, sessionId) ?? newHookFacts(sessionId, path);
        const isOver = !isOwnedByLivingClient(path, sessionId);
        const options = readOptions(hook, destination.session);
        const facts = { quiet: isOver, ended: isOver, session: options };
        const parcels = destination.outlets
          .filter(({ signal }) => items.some((item) => item.signal === signal))
          .map((outlet) => ({ outlet, parcel: outlet.open({ sessionId, hook }) }));
        for (const pieces of readSession(path, newReadState(sessionId), facts))
          for (const { parcel } of parcels) parcel.take(pieces);
        result.sessions++;
        for (const { outlet, parcel } of parcels) {
          await settleOne(outlet, parcel, items, destination);
          if (result.failure !== undefined) return;
        }
      } finally {
        destination.sender.close();
      }
    }

    async function settleOne(
      { signal }: Outlet,
      parcel: Parcel,
      items: readonly Rejected[],
      destination: Destination,
    ): Promise<void> {
      const memory: OutletMemory = { until: {} };
      const settled = await parcel.settle(memory);
      const state = signalState(opened.state, signal);
      state.rejected = Math.max(0, (state.rejected ?? 0) - settled.accepted - settled.rejected);
      if (signal === "logs") result.logsSent += settled.accepted;
      else result.spansSent += settled.accepted;
      result.spansRejected += settled.rejected;
      if (settled.accepted > 0) noteSuccess(destination, signal, world.nowMs());
      // An item that was rejected again already has a new line.
      const tried = new Set(memory.taken);
      strikeOut(
        home,
        items.filter((item) => item.signal === signal && tried.has(item.id)),
      );
      if (settled.trouble === undefined) return;
      const message = noteTrouble(destination, signal, settled.trouble, world);
      result.failure = { outcome: settled.trouble.outcome, message };
    }
  });
}

function rejectedBy(home: Home, key: string): Rejected[] {
  return filesOf(home).flatMap((file) => linesOf(file).flatMap((line) => parse(line, key) ?? []));
}

function parse(line: string, key: string): Rejected | undefined {
  try {
    const entry = object(JSON.parse(line));
    // Versions that sent no logs wrote no signal.
    const signal = entry?.signal === "logs" ? "logs" : "traces";
    const [sessionId, id] = [
      text(entry?.sessionId),
      text(signal === "logs" ? entry?.recordId : entry?.spanId),
    ];
    if (entry?.destination !== key || sessionId === undefined || id === undefined) return undefined;
    return { line, signal, sessionId, id };
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

/** The list, and the older file that it was rotated to. */
function filesOf({ rejected }: Home): string[] {
  return [`${rejected}.1`, rejected];
}

function linesOf(file: string): string[] {
  return (tryReadText(file, MAX_BYTES.state) ?? "").split("\n").filter((line) => line !== "");
}
