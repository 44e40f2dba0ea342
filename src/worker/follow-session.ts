import { existsSync } from "node:fs";
import { UserError } from "../config/user-error.ts";
import { awaitsStatusLine, noteEvent } from "../delivery/note-event.ts";
import { removeFile } from "../disk/remove-file.ts";
import { isOwnedByLivingClient } from "../files/alive.ts";
import { isFileTrouble } from "../files/file-trouble.ts";
import { readInbox, removeEvents } from "../hook/inbox.ts";
import type { FileFacts } from "../session/finish/finish.ts";
import { endCurrentTurn } from "../session/turns/turns.ts";
import { hasOpenTurn } from "../session/turns/windows.ts";
import { commit } from "../state/commit.ts";
import {
  type HookFacts,
  hookFactsChange,
  hookFactsFile,
  loadHookFacts,
} from "../state/position/hook-facts.ts";
import type { Position } from "../state/position/position.ts";
import type { OpenPosition } from "../state/position/position-files.ts";
import type { World } from "../state/world.ts";
import { type Awaited, endsByQuiet, hasEnds, isSettled } from "./awaited.ts";
import type { Destinations } from "./destinations.ts";
import type { Port } from "./port.ts";
import { createQuietClock, type QuietClock } from "./quiet-clock.ts";

export interface FollowWorld extends World {
  destinations: Pick<Destinations, "forSession">;
}

/** `left`: something could not be delivered, and one of the session's events stays for the next worker. */
type FollowResult = "done" | "left";

/** How often files are checked while something is awaited. */
const LOOK_MS = 100;

/** Longest wait before the backoff is asked again. Another session may have made it give up. */
const LONGEST_SLEEP_MS = 1_000;

/** How often a destination that has everything checks whether others still wait. */
const OTHERS_MS = 250;

/**
 * Follows a session until everything that its events announced is on disk and delivered to every destination, or until
 * the wait is over. If something could not be delivered, one of its events stays in the inbox for the next worker.
 */
export async function followSession(awaited: Awaited, world: FollowWorld): Promise<FollowResult> {
  try {
    const session = openFollowed(awaited, world);
    session.noteNew();
    const ports = await world.destinations.forSession(session.hook.path);
    if (ports === "unconfigured") return forget(awaited);
    if (ports === "faulty") return leave(awaited);
    const followers = ports.map((port): Follower => ({ port, state: "busy", noted: 0 }));
    await Promise.all(followers.map((follower) => followAt(follower, followers, session, world)));
    const isDone = followers.every(({ state }) => state === "settled");
    return isDone ? finish(awaited, session.hook, world) : leave(awaited);
  } catch (error) {
    // A session that cannot be read or saved must not hold up the others.
    world.log(`session ${awaited.sessionId} was left as it is: ${describe(error)}`);
    return leave(awaited);
  }
}

/** A session that is followed: its events, and what the hooks know of it. */
interface Followed {
  awaited: Awaited;
  hook: HookFacts;
  /** Records what new events know, and saves it. */
  noteNew(): void;
  /** The number of recorded events. */
  noted(): number;
  /** Whether the end of a turn is not yet in the status line, so that its span should wait. */
  awaitsStatusLine(): boolean;
}

/** The state of the session at one destination. */
interface Follower {
  port: Port;
  /** `settled`: has everything that was announced. `stopped`: cannot have it in this process. */
  state: "busy" | "settled" | "stopped";
  /** The number of events that `state` takes into account. */
  noted: number;
}

function openFollowed(awaited: Awaited, world: FollowWorld): Followed {
  const { home, log } = world;
  const { transcriptPath } = awaited.events[0] as Awaited["events"][number];
  const hook = loadHookFacts(home, awaited.sessionId, transcriptPath, log);
  let noted = 0;
  /** Stops after which the status line has not been drawn. */
  let undrawn: Awaited["events"] = [];
  return {
    awaited,
    hook,
    noted: () => noted,
    awaitsStatusLine: () => undrawn.length > 0,
    noteNew() {
      const due = [...undrawn, ...awaited.events.slice(noted)];
      noted = awaited.events.length;
      const nowMs = world.nowMs();
      const news = due.map((event) => noteEvent(hook, event, home, nowMs));
      undrawn = due.filter((event) => awaitsStatusLine(hook, event, home, nowMs));
      if (news.includes(true)) commit(home, [hookFactsChange(home, hook)]);
    },
  };
}

/**
 * Delivers what is new in the session to one destination until it has everything that the events announced, or cannot
 * have it. `all`: the followers of all destinations, which stop following together.
 */
async function followAt(
  follower: Follower,
  all: readonly Follower[],
  session: Followed,
  world: FollowWorld,
): Promise<void> {
  const { port } = follower;
  const { awaited, hook } = session;
  const clock = createQuietClock(world);
  let opened: OpenPosition | undefined;
  let delivered = "";
  let isAway = false;
  // Another follower may have found that all is delivered. Later events then belong to the next `followSession`.
  while (!awaited.closed) {
    opened ??= port.open(awaited.sessionId, hook.path);
    const { position } = opened;
    position.path = hook.path;
    session.noteNew();
    const noted = session.noted();
    if (session.awaitsStatusLine()) {
      await world.sleep(LOOK_MS);
      continue;
    }
    // While a backend is unavailable, keep one event only. What the others knew has just been saved.
    if (isAway) keepOne(awaited);
    const { state, quiet, quietInMs } = lookAt(opened, awaited, clock);
    if (state !== delivered) {
      follower.state = "busy";
      const seen = { state };
      const verdict = await port.deliver(
        { hook, ...opened, isFollowed: true },
        lookNow(opened, seen, clock, session, world),
      );
      if (verdict.kind === "stop") {
        follower.state = "stopped";
        return;
      }
      isAway = verdict.kind === "wait";
      if (verdict.kind === "wait") {
        opened = undefined;
        await world.sleep(Math.min(verdict.ms, LONGEST_SLEEP_MS));
        continue;
      }
      delivered = seen.state;
    }
    const isOver =
      isSettled(awaited, position, quiet) || world.ticks() > awaited.until || !existsSync(position.path);
    follower.state = isOver ? "settled" : "busy";
    if (isOver) port.keep(opened);
    follower.noted = noted;
    awaited.closed = all.every((one) => hasEverything(one, awaited));
    if (awaited.closed) return;
    const lookInMs = hasEnds(awaited, position) ? Math.max(LOOK_MS, quietInMs) : LOOK_MS;
    await world.sleep(follower.state === "settled" ? OTHERS_MS : lookInMs);
  }
}

/** Whether the destination has, or cannot have, what all events announced. One may have arrived during the check. */
function hasEverything({ state, noted }: Follower, { events }: Awaited): boolean {
  return state === "stopped" || (state === "settled" && noted === events.length);
}

/** Returns a function that checks the files when it is the session's turn to be delivered. */
function lookNow(
  opened: OpenPosition,
  seen: { state: string },
  clock: QuietClock,
  session: Followed,
  world: FollowWorld,
): () => FileFacts {
  return () => {
    noteWaiting(session.hook, world);
    const latest = lookAt(opened, session.awaited, clock);
    seen.state = latest.state;
    if (latest.endsTurn) endCurrentTurn(opened.position.read.session.main);
    return { quiet: latest.quiet, ended: false, exits: latest.exits };
  };
}

function describe(error: unknown): string {
  // Of a file that cannot be read, the message says all; a stack would hide it in the log.
  if (error instanceof UserError || isFileTrouble(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Checks the files. `state` changes whenever there may be something new to deliver. */
function lookAt(opened: OpenPosition, awaited: Awaited, clock: QuietClock) {
  const { key, quietInMs } = clock.look(opened);
  const quiet = quietInMs <= 0;
  const endsTurn = quiet && endsByQuiet(awaited, opened.position);
  const exits = awaited.ending && !isAtWorkElsewhere(awaited, opened.position);
  return { state: `${key} ${quiet} ${endsTurn} ${exits}`, quiet, quietInMs, endsTurn, exits };
}

/** Whether a turn is open in another window, so that the costs of the process that exits do not end the run. */
function isAtWorkElsewhere({ sessionId }: Awaited, { path, read }: Position): boolean {
  return hasOpenTurn(read.session.main) && isOwnedByLivingClient(path, sessionId);
}

/**
 * A Stop hook writes its event before the end of the turn is on disk, but maybe after the last look at the inbox. What
 * the event knows of the turn must be known when the turn is sent, so it is recorded here. The event stays in the inbox
 * for the next look.
 */
function noteWaiting(hook: HookFacts, { home, nowMs }: World): void {
  for (;;) {
    const waiting = readInbox(home.inbox).filter((event) => event.sessionId === hook.sessionId);
    const now = nowMs();
    if (waiting.map((event) => noteEvent(hook, event, home, now)).includes(true))
      commit(home, [hookFactsChange(home, hook)]);
    if (!waiting.some((event) => awaitsStatusLine(hook, event, home, now))) return;
    // The caller reads on at once, so this cannot wait in any other way.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS);
  }
}

function finish(awaited: Awaited, hook: HookFacts, { home }: World): FollowResult {
  // A session without persistence never has a transcript, so nothing of it is kept.
  if (awaited.ending && !existsSync(hook.path)) removeFile(hookFactsFile(home, awaited.sessionId));
  return forget(awaited);
}

function forget(awaited: Awaited): FollowResult {
  awaited.closed = true;
  removeEvents(awaited.events);
  return "done";
}

function leave(awaited: Awaited): FollowResult {
  awaited.closed = true;
  try {
    keepOne(awaited);
  } catch {
    // If no file can be removed, no hook can add one either.
  }
  return "left";
}

/** Removes all events but one. The next worker finds the session by that one; what the others knew is saved. */
function keepOne({ events }: Awaited): void {
  const byWeight = events.toSorted((a, b) => weight(a.name) - weight(b.name));
  for (const event of byWeight.slice(0, -1)) {
    removeEvents([event]);
    // A new hook may use the same file name.
    event.files = [];
  }
}

function weight(name: string): number {
  return name === "SessionEnd" ? 2 : name === "Stop" ? 1 : 0;
}
