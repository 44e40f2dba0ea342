import type { Signal } from "../../config/signals.ts";
import { writeAtomic } from "../../disk/atomic-write.ts";
import { MAX_BYTES, tryReadText } from "../../disk/read.ts";
import { isOwnedByLivingClient } from "../../files/alive.ts";
import { readSession } from "../../files/read-session.ts";
import { newReadState } from "../../files/read-state.ts";
import { parseJson } from "../../objects.ts";
import { keyOf } from "../../state/destinations/destination-place.ts";
import { signalState } from "../../state/destinations/destination-state.ts";
import type { Home } from "../../state/home.ts";
import { newHookFacts, peekHookFacts } from "../../state/position/hook-facts.ts";
import { type OutletMemory, peekPosition } from "../../state/position/position.ts";
import { realWorld, type World } from "../../state/world.ts";
import { object, text } from "../../transcript/fields.ts";
import { createDestination, type Destination, noteSuccess, noteTrouble } from "../destination.ts";
import type { Prepared } from "../load/load.ts";
import { type OpenPlace, openPlace, saveState } from "../open-place.ts";
import { readOptions } from "../open-reading.ts";
import type { Parcel } from "../outlets/outlet.ts";
import { type ExportResult, noResult } from "./export-work.ts";
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
  const result = noResult();
  const key = keyOf(prepared);
  if (key === undefined) return result;
  return holdingLock(world, async () => {
    const opened = openPlace(key, world);
    try {
      for (const [sessionId, items] of bySession(rejectedBy(home, key))) {
        await sendItemsOf(sessionId, items, { opened, prepared, world, result });
        if (result.failure !== undefined) break;
      }
    } finally {
      saveState(opened);
    }
    return result;
  });
}

/** What the sending of all sessions shares. */
interface Resending {
  opened: OpenPlace;
  prepared: Prepared;
  world: World;
  result: ExportResult;
}

/** Reads a session again from its start, and sends only the rejected items. */
async function sendItemsOf(
  sessionId: string,
  items: readonly Rejected[],
  { opened, prepared, world, result }: Resending,
): Promise<void> {
  const only = new Set(items.map(({ id }) => id));
  const destination = createDestination(opened, prepared, world, { counts: "none", only });
  try {
    const known = peekHookFacts(world.home, sessionId);
    const path = peekPosition(opened.place, sessionId)?.path ?? known?.path;
    if (path === undefined) return;
    const hook = known ?? newHookFacts(sessionId, path);
    const isOver = !isOwnedByLivingClient(path, sessionId);
    const facts = { quiet: isOver, ended: isOver, session: readOptions(hook, destination.session) };
    const parcels = destination.outlets
      .filter(({ signal }) => items.some((item) => item.signal === signal))
      .map((outlet) => ({ outlet, parcel: outlet.open({ sessionId, hook }) }));
    for (const pieces of readSession(path, newReadState(sessionId), facts))
      for (const { parcel } of parcels) parcel.take(pieces);
    result.sessions++;
    for (const { outlet, parcel } of parcels) {
      const ofSignal = items.filter((item) => item.signal === outlet.signal);
      await settle(outlet.signal, parcel, ofSignal, { destination, world, result });
      if (result.failure !== undefined) return;
    }
  } finally {
    destination.sender.close();
  }
}

/** Sends the items of one signal, and removes those from the list that the backend has accepted or rejected again. */
async function settle(
  signal: Signal,
  parcel: Parcel,
  items: readonly Rejected[],
  { destination, world, result }: Omit<Resending, "opened" | "prepared"> & { destination: Destination },
): Promise<void> {
  const memory: OutletMemory = { until: {} };
  const { accepted, rejected, trouble } = await parcel.settle(memory);
  const state = signalState(destination.state, signal);
  state.rejected = Math.max(0, (state.rejected ?? 0) - accepted - rejected);
  if (signal === "logs") result.logsSent += accepted;
  else result.spansSent += accepted;
  result.spansRejected += rejected;
  if (accepted > 0) noteSuccess(destination, signal, world.nowMs());
  // An item that was rejected again already has a new line.
  const tried = new Set(memory.taken);
  strikeOut(
    world.home,
    items.filter(({ id }) => tried.has(id)),
  );
  if (trouble === undefined) return;
  const message = noteTrouble(destination, signal, trouble, world);
  result.failure = { outcome: trouble.outcome, message };
}

function rejectedBy(home: Home, key: string): Rejected[] {
  return filesOf(home).flatMap((file) => linesOf(file).flatMap((line) => parse(line, key) ?? []));
}

function parse(line: string, key: string): Rejected | undefined {
  const entry = object(parseJson(line));
  // Versions that sent no logs wrote no signal.
  const signal = entry?.signal === "logs" ? "logs" : "traces";
  const [sessionId, id] = [text(entry?.sessionId), text(signal === "logs" ? entry?.recordId : entry?.spanId)];
  if (entry?.destination !== key || sessionId === undefined || id === undefined) return undefined;
  return { line, signal, sessionId, id };
}

function bySession(items: readonly Rejected[]): Map<string, Rejected[]> {
  const groups = new Map<string, Rejected[]>();
  for (const item of items) groups.set(item.sessionId, [...(groups.get(item.sessionId) ?? []), item]);
  return groups;
}

/** Removes the lines of these items. */
function strikeOut(home: Home, items: readonly Rejected[]): void {
  const settled = new Set(items.map(({ line }) => line));
  for (const file of filesOf(home)) {
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
