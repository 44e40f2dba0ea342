import { existsSync, rmSync } from "node:fs";
import { UserError } from "../config/user-error.ts";
import { noteEvent } from "../delivery/note-event.ts";
import { readInbox, removeEvents } from "../hook/inbox.ts";
import type { FileFacts } from "../session/finish/finish.ts";
import { endTurn } from "../session/turns/turns.ts";
import { commit } from "../state/commit.ts";
import {
  type HookFacts,
  hookFactsChange,
  hookFactsFile,
  loadHookFacts,
} from "../state/position/hook-facts.ts";
import type { OpenPosition } from "../state/position/position-files.ts";
import type { World } from "../state/world.ts";
import { type Awaited, endsByQuiet, isSettled, look, QUIET_MS } from "./awaited.ts";
import type { Destinations } from "./destinations.ts";
import type { Port } from "./port.ts";

export interface FollowWorld extends World {
  destinations: Pick<Destinations, "forSession">;
}

/** `left`: something could not be delivered, and an event of it waits for the next worker. */
export type FollowResult = "done" | "left";

/** How often files are looked at while something is awaited. */
const LOOK_MS = 40;

/** How long a wait for a backend lasts at most before it is asked whether it has been given up meanwhile. */
const LONGEST_SLEEP_MS = 1_000;

/** How often a destination that has everything looks whether another one still waits. */
const OTHERS_MS = 250;

/**
 * Stays with a session until what its events announced is on disk and delivered to every destination, or the wait is
 * over. Of the events of what could not be delivered one stays in the inbox, so that the next worker tries again.
 */
export async function followSession(awaited: Awaited, world: FollowWorld): Promise<FollowResult> {
  try {
    const session = openFollowed(awaited, world);
    session.noteNew();
    const ports = await world.destinations.forSession(session.hook.path);
    if (ports === "unconfigured") return forget(awaited);
    if (ports === "faulty") return leave(awaited);
    const followers = ports.map((port) => ({ port, state: "busy" as Follower["state"] }));
    await Promise.all(followers.map((follower) => stay(follower, followers, session, world)));
    const isDone = followers.every(({ state }) => state === "settled");
    return isDone ? finish(awaited, session.hook, world) : leave(awaited);
  } catch (error) {
    // One session that cannot be read or saved must not keep the others from being delivered.
    world.log(`session ${awaited.sessionId} was left as it is: ${describe(error)}`);
    return leave(awaited);
  }
}

/** A session while it is followed: its events, and what the hooks know of it. */
interface Followed {
  awaited: Awaited;
  hook: HookFacts;
  /** Notes what events that came in know, and writes it down. */
  noteNew(): void;
  /** How many events have been noted. */
  noted(): number;
}

/** One destination's way through the session. */
interface Follower {
  port: Port;
  /** `settled`: has everything that was announced. `stopped`: cannot have it in this process. */
  state: "busy" | "settled" | "stopped";
}

function openFollowed(awaited: Awaited, world: FollowWorld): Followed {
  const { home, log } = world;
  const { transcriptPath } = awaited.events[0] as Awaited["events"][number];
  const hook = loadHookFacts(home, awaited.sessionId, transcriptPath, (file) =>
    log(`${file} was damaged and has been moved aside`),
  );
  let noted = 0;
  return {
    awaited,
    hook,
    noted: () => noted,
    noteNew() {
      const news = awaited.events.slice(noted).map((event) => noteEvent(hook, event));
      noted = awaited.events.length;
      if (news.includes(true)) commit(home, [hookFactsChange(home, hook)]);
    },
  };
}

async function stay(
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
  for (;;) {
    opened ??= port.open(awaited.sessionId, hook.path);
    const { position } = opened;
    position.path = hook.path;
    session.noteNew();
    // While a backend is away, events do not pile up: what they knew has just been noted.
    if (isAway) keepOne(awaited);
    const { state, quiet } = lookAt(opened, awaited, clock);
    if (state !== delivered) {
      follower.state = "busy";
      const seen = { state };
      const verdict = await port.deliver({ hook, ...opened }, lookNow(opened, seen, clock, session, world));
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
    // An event may have come in while this was found settled.
    follower.state = isOver && session.noted() === awaited.events.length ? "settled" : "busy";
    if (all.every((one) => one.state !== "busy")) return;
    await world.sleep(follower.state === "settled" ? OTHERS_MS : LOOK_MS);
  }
}

/** A look at the files at the moment at which the session's turn has come. */
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
    if (latest.endsTurn) endTurn(opened.position.read.session.main);
    return { quiet: latest.quiet, ended: false, exits: session.awaited.ending };
  };
}

function describe(error: unknown): string {
  if (error instanceof UserError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** `state` changes whenever there may be something new to deliver. */
function lookAt(opened: OpenPosition, awaited: Awaited, clock: QuietClock) {
  const { key, quiet } = clock.look(opened);
  const endsTurn = quiet && endsByQuiet(awaited, opened.position);
  return { state: `${key} ${quiet} ${endsTurn}`, quiet, endsTurn };
}

/**
 * A Stop hook's event comes before the end of its turn is on disk, but perhaps after the last look at the inbox: what it
 * knows of the turn must be known when the turn is sent. The event itself stays for that look.
 */
function noteWaiting(hook: HookFacts, { home }: World): void {
  const waiting = readInbox(home.inbox).filter((event) => event.sessionId === hook.sessionId);
  if (waiting.map((event) => noteEvent(hook, event)).includes(true))
    commit(home, [hookFactsChange(home, hook)]);
}

interface QuietClock {
  look(opened: OpenPosition): { key: string; quiet: boolean };
}

/** Tells when files have been quiet: by their own times at first, then by watching them, since clocks jump. */
function createQuietClock(world: World): QuietClock {
  let key: string | undefined;
  let changedTicks = 0;
  return {
    look({ position, files }) {
      const latest = look(position, files.archive());
      if (latest.key !== key) {
        const ageMs = key === undefined ? Math.max(0, world.nowMs() - latest.writtenMs) : 0;
        changedTicks = world.ticks() - Math.min(ageMs, QUIET_MS);
        key = latest.key;
      }
      return { key, quiet: world.ticks() - changedTicks >= QUIET_MS };
    },
  };
}

function finish(awaited: Awaited, hook: HookFacts, { home }: World): FollowResult {
  // Sessions without persistence never have a transcript; nothing of them is worth keeping.
  if (awaited.ending && !existsSync(hook.path))
    rmSync(hookFactsFile(home, awaited.sessionId), { force: true });
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
    // Where nothing can be removed, nothing is added either.
  }
  return "left";
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
