import { existsSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Outcome } from "../otlp/outcome.ts";
import { endTurn } from "../session/read-main.ts";
import { type Attendance, endsByQuiet, isSettled, look, QUIET_MS } from "./attendance.ts";
import { commit } from "./commit.ts";
import type { Home } from "./home.ts";
import { noteHookFacts } from "./hook-facts.ts";
import { removeEvents } from "./inbox.ts";
import { createPace } from "./pace.ts";
import { loadSession, type SavedSession, sessionChange, sessionFile } from "./session-store.ts";

/** Sends what is new in a session. A string: it could not, and why not. */
export type DeliverOnce = (
  saved: SavedSession,
  facts: { quiet: boolean; ended: boolean },
  env: Record<string, string>,
) => Promise<"delivered" | "unconfigured" | "faulty" | "lost_lock" | Outcome>;

export interface AttendWorld {
  home: Home;
  deliver: DeliverOnce;
  nowMs: () => number;
  /** A clock that never jumps, in milliseconds. */
  ticks: () => number;
  log: (line: string) => void;
}

/** `stopped`: something is wrong that the next event may find repaired; the others need not try now. */
export type AttendResult = "done" | "stopped";

/** How often files are looked at while something is awaited. */
const LOOK_MS = 40;

/**
 * Stays with a session until what its events announced is on disk and delivered, or the wait is over. Events of what
 * could not be delivered stay in the inbox (one of them), so that the next worker tries again.
 */
export async function attend(
  attendance: Attendance,
  world: AttendWorld,
  isStopped: () => boolean,
): Promise<AttendResult> {
  const pace = createPace();
  const clock = createQuietClock(world);
  let saved: SavedSession | undefined;
  let noted = 0;
  let delivered = "";
  while (!isStopped()) {
    saved ??= load(attendance, world);
    if (noteAll(saved, attendance, noted)) commit(world.home, [sessionChange(world.home, saved)]);
    noted = attendance.events.length;
    const { key, quiet } = clock.look(saved);
    const state = `${key} ${quiet}`;
    if (state !== delivered) {
      if (quiet && endsByQuiet(attendance, saved)) endTurn(saved.read.session.main);
      const result = await world.deliver(saved, { quiet, ended: false }, envOf(attendance));
      if (result === "unconfigured") return forget(attendance);
      if (result === "lost_lock" || result === "faulty") break;
      if (result !== "delivered") {
        saved = undefined;
        noted = 0;
        const waitMs = pace.failed(result, world.ticks());
        if (waitMs === undefined) break;
        await sleep(waitMs);
        continue;
      }
      pace.succeeded();
      delivered = state;
    }
    const over =
      isSettled(attendance, saved, quiet) || world.ticks() > attendance.until || !existsSync(saved.path);
    // An event may have come in while this was found settled.
    if (over && noted === attendance.events.length) return finish(attendance, saved, world);
    await sleep(LOOK_MS);
  }
  keepOne(attendance);
  return "stopped";
}

function load(attendance: Attendance, { home, log }: AttendWorld): SavedSession {
  const { transcriptPath } = attendance.events[0] as Attendance["events"][number];
  return loadSession(home, attendance.sessionId, transcriptPath, (file) =>
    log(`${file} was damaged and has been moved aside; the session is sent from its start again`),
  );
}

function noteAll(saved: SavedSession, attendance: Attendance, from: number): boolean {
  return attendance.events
    .slice(from)
    .map((event) => noteHookFacts(saved, event))
    .includes(true);
}

/** The later event knows the configuration better. */
function envOf(attendance: Attendance): Record<string, string> {
  return attendance.events.at(-1)?.env ?? {};
}

/** Tells when files have been quiet: by their own times at first, then by watching them, since clocks jump. */
function createQuietClock(world: AttendWorld) {
  let key: string | undefined;
  let changedTicks = 0;
  return {
    look(saved: SavedSession): { key: string; quiet: boolean } {
      const latest = look(saved);
      if (latest.key !== key) {
        const ageMs = key === undefined ? Math.max(0, world.nowMs() - latest.writtenMs) : 0;
        changedTicks = world.ticks() - Math.min(ageMs, QUIET_MS);
        key = latest.key;
      }
      return { key, quiet: world.ticks() - changedTicks >= QUIET_MS };
    },
  };
}

function finish(attendance: Attendance, saved: SavedSession, { home }: AttendWorld): AttendResult {
  // Sessions without persistence never have a transcript; nothing of them is worth keeping.
  if (attendance.ending && !existsSync(saved.path))
    rmSync(sessionFile(home, attendance.sessionId), { force: true });
  return forget(attendance);
}

function forget(attendance: Attendance): AttendResult {
  attendance.closed = true;
  removeEvents(attendance.events);
  return "done";
}

/** What could not be delivered is found again by one event; what the others knew has been noted. */
function keepOne(attendance: Attendance): void {
  attendance.closed = true;
  const byWeight = attendance.events.toSorted((a, b) => weight(a.name) - weight(b.name));
  removeEvents(byWeight.slice(0, -1));
}

function weight(name: string): number {
  return name === "SessionEnd" ? 2 : name === "Stop" ? 1 : 0;
}
