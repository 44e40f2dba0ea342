import { existsSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../config/user-error.ts";
import { noteHookFacts } from "../delivery/hook-facts.ts";
import { readInbox, removeEvents } from "../hook/inbox.ts";
import type { FileFacts } from "../session/finish.ts";
import { endTurn } from "../session/read-main.ts";
import { commit } from "../state/commit.ts";
import type { Home } from "../state/home.ts";
import { loadSession, type SavedSession, sessionChange, sessionFile } from "../state/session-store.ts";
import { type Awaited, endsByQuiet, isSettled, look, QUIET_MS } from "./awaited.ts";

/**
 * Sends what is new in a session; `lookNow` is called when its turn has come. After `failed` the session must be loaded
 * anew and may be tried again; `waitMs`: nothing was tried, and not before so long.
 */
export type DeliverOnce = (
  saved: SavedSession,
  lookNow: () => FileFacts,
) => Promise<
  "delivered" | "unconfigured" | "faulty" | "lost_lock" | "failed" | "gave_up" | { waitMs: number }
>;

export interface FollowWorld {
  home: Home;
  deliver: DeliverOnce;
  nowMs: () => number;
  /** A clock that never jumps, in milliseconds. */
  ticks: () => number;
  log: (line: string) => void;
}

/**
 * `stopped`: something is wrong that the next event may find repaired; the others need not try now. `left`: something is
 * wrong with this session alone.
 */
export type FollowResult = "done" | "stopped" | "left";

/** How often files are looked at while something is awaited. */
const LOOK_MS = 40;

/** How long a wait for the backend lasts at most before it is asked whether somebody has given up meanwhile. */
const LONGEST_SLEEP_MS = 1_000;

/**
 * Stays with a session until what its events announced is on disk and delivered, or the wait is over. Events of what
 * could not be delivered stay in the inbox (one of them), so that the next worker tries again.
 */
export async function followSession(
  awaited: Awaited,
  world: FollowWorld,
  isStopped: () => boolean,
): Promise<FollowResult> {
  try {
    const result = await stay(awaited, world, isStopped);
    if (result !== "done") leave(awaited);
    return result;
  } catch (error) {
    // One session that cannot be read or saved must not keep the others from being delivered.
    world.log(`session ${awaited.sessionId} was left as it is: ${describe(error)}`);
    leave(awaited);
    return "left";
  }
}

async function stay(awaited: Awaited, world: FollowWorld, isStopped: () => boolean): Promise<FollowResult> {
  const clock = createQuietClock(world);
  let saved: SavedSession | undefined;
  let noted = 0;
  let delivered = "";
  let isAway = false;
  while (!isStopped()) {
    saved ??= load(awaited, world);
    if (noteAll(saved, awaited, noted)) commit(world.home, [sessionChange(world.home, saved)]);
    noted = awaited.events.length;
    // While the backend is away, events do not pile up: what they knew has just been noted.
    if (isAway) keepOne(awaited);
    const { state, quiet } = lookAt(saved, awaited, clock);
    if (state !== delivered) {
      const session = saved;
      let seen = state;
      const lookNow = (): FileFacts => {
        noteWaiting(session, world.home);
        const latest = lookAt(session, awaited, clock);
        seen = latest.state;
        if (latest.endsTurn) endTurn(session.read.session.main);
        return { quiet: latest.quiet, ended: false };
      };
      const result = await world.deliver(saved, lookNow);
      if (result === "unconfigured") return forget(awaited);
      if (result === "lost_lock" || result === "faulty" || result === "gave_up") break;
      isAway = result !== "delivered";
      if (result === "failed") {
        saved = undefined;
        noted = 0;
        continue;
      }
      if (result !== "delivered") {
        await sleep(Math.min(result.waitMs, LONGEST_SLEEP_MS));
        continue;
      }
      delivered = seen;
    }
    const over = isSettled(awaited, saved, quiet) || world.ticks() > awaited.until || !existsSync(saved.path);
    // An event may have come in while this was found settled.
    if (over && noted === awaited.events.length) return finish(awaited, saved, world);
    await sleep(LOOK_MS);
  }
  return "stopped";
}

function describe(error: unknown): string {
  if (error instanceof UserError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function load(awaited: Awaited, { home, log }: FollowWorld): SavedSession {
  const { transcriptPath } = awaited.events[0] as Awaited["events"][number];
  return loadSession(home, awaited.sessionId, transcriptPath, (file) =>
    log(`${file} was damaged and has been moved aside; the session is sent from its start again`),
  );
}

/** `state` changes whenever there may be something new to deliver. */
function lookAt(saved: SavedSession, awaited: Awaited, clock: QuietClock) {
  const { key, quiet } = clock.look(saved);
  const endsTurn = quiet && endsByQuiet(awaited, saved);
  return { state: `${key} ${quiet} ${endsTurn}`, quiet, endsTurn };
}

function noteAll(saved: SavedSession, awaited: Awaited, from: number): boolean {
  return awaited.events
    .slice(from)
    .map((event) => noteHookFacts(saved, event))
    .includes(true);
}

/**
 * A Stop hook's event comes before the end of its turn is on disk, but perhaps after the last look at the inbox: what it
 * knows of the turn must be known when the turn is sent. The event itself stays for that look.
 */
function noteWaiting(saved: SavedSession, { inbox }: Home): void {
  for (const event of readInbox(inbox)) {
    if (event.sessionId === saved.read.session.sessionId) noteHookFacts(saved, event);
  }
}

interface QuietClock {
  look(saved: SavedSession): { key: string; quiet: boolean };
}

/** Tells when files have been quiet: by their own times at first, then by watching them, since clocks jump. */
function createQuietClock(world: FollowWorld): QuietClock {
  let key: string | undefined;
  let changedTicks = 0;
  return {
    look(saved) {
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

function finish(awaited: Awaited, saved: SavedSession, { home }: FollowWorld): FollowResult {
  // Sessions without persistence never have a transcript; nothing of them is worth keeping.
  if (awaited.ending && !existsSync(saved.path))
    rmSync(sessionFile(home, awaited.sessionId), { force: true });
  return forget(awaited);
}

function forget(awaited: Awaited): FollowResult {
  awaited.closed = true;
  removeEvents(awaited.events);
  return "done";
}

function leave(awaited: Awaited): void {
  awaited.closed = true;
  try {
    keepOne(awaited);
  } catch {
    // Where nothing can be removed, nothing is added either.
  }
}

/** What could not be delivered is found again by one event; what the others knew has been noted. */
function keepOne({ events }: Awaited): void {
  const byWeight = events.toSorted((a, b) => weight(a.name) - weight(b.name));
  for (const event of byWeight.slice(0, -1)) {
    removeEvents([event]);
    // The name may be somebody else's from now on.
    event.files = [];
  }
}

function weight(name: string): number {
  return name === "SessionEnd" ? 2 : name === "Stop" ? 1 : 0;
}
