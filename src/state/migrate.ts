import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeAtomic } from "../disk/atomic-write.ts";
import { namesIn } from "../disk/folder.ts";
import { MAX_BYTES, readJson } from "../disk/read.ts";
import type { RunState } from "../session/run-state.ts";
import { object } from "../transcript/fields.ts";
import { type DestinationPlace, ensurePlace, placeAt } from "./destinations/destination-place.ts";
import { writeDestinationState } from "./destinations/destination-state.ts";
import type { Home } from "./home.ts";
import { hookFactsFile, newHookFacts } from "./position/hook-facts.ts";
import { newPosition, positionFile } from "./position/position.ts";
import type { Watermark } from "./position/watermark.ts";
import { upgradeRun } from "./upgrade.ts";

/**
 * Moves the state of versions up to 0.1, which had one destination and kept its positions, counters and state in the
 * state folder itself, to `earlier/`: a destination folder without a key. The first destination that the user's
 * settings name adopts it. Call it with the lock held. If the process is killed, the next call continues.
 */
export function migrate(home: Home): void {
  if (existsSync(home.destinations)) return;
  const place = earlier(home);
  for (const name of namesIn(home.sessions)) {
    if (!name.endsWith(".json")) continue;
    const saved = firstFormat(join(home.sessions, name));
    if (saved === undefined) continue;
    ensurePlace(place);
    split(home, place, saved);
  }
  const metrics = join(home.root, "metrics.json");
  if (existsSync(metrics)) {
    ensurePlace(place);
    renameSync(metrics, place.metrics);
  }
  rmSync(join(home.root, "delivered.json"), { force: true, recursive: true });
  if (existsSync(place.root)) splitState(home, place);
  mkdirSync(home.destinations, { recursive: true, mode: 0o700 });
}

/** Moves the state in `earlier/` to the destination that it belongs to. */
export function adoptEarlier(home: Home, place: DestinationPlace): void {
  const from = earlier(home);
  if (!existsSync(from.root)) return;
  if (!existsSync(place.root)) {
    renameSync(from.root, place.root);
    return;
  }
  ensurePlace(place);
  for (const name of namesIn(from.sessions)) move(join(from.sessions, name), join(place.sessions, name));
  for (const name of namesIn(from.root)) move(join(from.root, name), join(place.root, name));
  rmSync(from.root, { recursive: true, force: true });
}

function earlier(home: Home): DestinationPlace {
  return placeAt(join(home.root, "earlier"), "earlier");
}

/** Files that the destination already has are newer. */
function move(from: string, to: string): void {
  if (!existsSync(to)) renameSync(from, to);
}

interface FirstFormat {
  sessionId: string;
  path: string;
  raw: Record<string, unknown>;
}

function firstFormat(file: string): FirstFormat | undefined {
  // If the file is damaged, its next reader moves it aside.
  const raw = readJson(file, MAX_BYTES.state);
  const sessionId = object(object(raw?.read)?.session)?.sessionId;
  if (raw?.format !== 1 || typeof raw.path !== "string" || typeof sessionId !== "string") return undefined;
  return { sessionId, path: raw.path, raw };
}

function split(home: Home, place: DestinationPlace, { sessionId, path, raw }: FirstFormat): void {
  upgradeRun(object(object(object(raw.read)?.session)?.run) as RunState | undefined);
  const { read, until, retold, taken, vanishedMs, lastDelivery, format: _, path: __, ...hook } = raw;
  const marks = marksOf(until);
  const replay = retold === undefined ? {} : { replay: marksOf(retold) };
  const memory = { until: marks, ...replay };
  const position = {
    ...newPosition(sessionId, path),
    read,
    outlets: { traces: { ...memory, ...(taken === undefined ? {} : { taken }) }, metrics: memory },
    ...(vanishedMs === undefined ? {} : { vanishedMs }),
    ...(lastDelivery === undefined ? {} : { lastDelivery }),
  };
  // Writes the position first: as long as the old file exists, the next call does both again.
  writeAtomic(positionFile(place, sessionId), JSON.stringify(position));
  const facts = { ...newHookFacts(sessionId, path), ...hook };
  writeAtomic(hookFactsFile(home, sessionId), JSON.stringify(facts));
}

/**
 * Converts a watermark. For a part of a run, the old format had one number: the number of the run times a million, plus
 * that of the part.
 */
function marksOf(until: unknown): Watermark {
  const marks = Object.entries(object(until) ?? {}).map(([kind, value]) => {
    const isPart = kind.startsWith("part_") || kind === "run_finished";
    return [kind, isPart ? [Math.floor(Number(value) / 1e6), Number(value) % 1e6] : [Number(value), 0]];
  });
  return Object.fromEntries(marks) as Watermark;
}

function splitState(home: Home, place: DestinationPlace): void {
  const old = readJson(home.delivery, MAX_BYTES.state);
  if (old === undefined || old.fault !== undefined) return;
  const { lastSuccessMs, notBeforeMs, rejectedSpans } = old;
  const numbers = { lastSuccessMs, notBeforeMs, rejected: rejectedSpans };
  const traces = Object.fromEntries(
    Object.entries(numbers).filter(([, value]) => typeof value === "number" && Number.isFinite(value)),
  );
  writeDestinationState(place, { signals: { traces } });
}
