import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBackoff } from "../../src/delivery/backoff.ts";
import { deliverSession, saveProgress } from "../../src/delivery/deliver.ts";
import type { Destination } from "../../src/delivery/destination.ts";
import { openMeter } from "../../src/delivery/outlets/meter.ts";
import { NOTHING_SETTLED, NOTHING_WAITS, type Outlet } from "../../src/delivery/outlets/outlet.ts";
import { createTraces } from "../../src/delivery/outlets/traces.ts";
import { readInbox } from "../../src/hook/inbox.ts";
import { createSpanEncoder, type EncodedSpan } from "../../src/otlp/encode-spans.ts";
import type { Outcome } from "../../src/otlp/outcome.ts";
import type { FileFacts } from "../../src/session/finish/finish.ts";
import type { Finished } from "../../src/session/model.ts";
import { DEFAULT_OPTIONS } from "../../src/session/options.ts";
import { recover } from "../../src/state/commit.ts";
import { destinationPlace, ensurePlace } from "../../src/state/destinations/destination-place.ts";
import { ensureHome, type Home, homeAt } from "../../src/state/home.ts";
import { newHookFacts } from "../../src/state/position/hook-facts.ts";
import { loadPosition, newPosition } from "../../src/state/position/position.ts";
import { withFiles } from "../../src/state/position/position-files.ts";
import { openUnderWay } from "../../src/state/position/under-way.ts";
import type { World } from "../../src/state/world.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { drainInbox } from "../../src/worker/drain-inbox.ts";
import type { Port } from "../../src/worker/port.ts";
import { policy } from "../support/policies.ts";
import { readWhole } from "../support/read-files.ts";
import { recordings, sessionIdOf, transcriptsOf } from "../support/recordings.ts";
import { runs } from "../support/runs.ts";
import { stopsOf } from "../support/stops.ts";
import { growSession, growthSteps } from "../support/transcripts/growing-session.ts";

// A clock with the time of the recordings. Sleeping advances it.
const clock = {
  nowMs: 0,
  sleepers: [] as { untilMs: number; wake: () => void }[],
  sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      clock.sleepers.push({ untilMs: clock.nowMs + ms, wake });
    });
  },
};

const transcripts = recordings().flatMap((recording) =>
  transcriptsOf(recording).map((path) => ({
    path,
    toString: () => `${recording.name} ${sessionIdOf(path)}`,
  })),
);

const FORM = { content: policy("none"), dialect: "none" } as const;
const OPTIONS = { ...DEFAULT_OPTIONS, maxSpansPerTrace: 20 };

function backfill(path: string): Map<string, string> {
  const spans = toSpans(readWhole(path, OPTIONS), {
    sessionId: sessionIdOf(path),
    scope: "session",
    ...FORM,
  });
  return new Map(spans.map((span) => [span.spanId, JSON.stringify(span)]));
}

/** A backend in memory. `twice` lists what it has accepted more than once. */
function memory() {
  const accepted = new Map<string, string>();
  const twice: string[] = [];
  return {
    accepted,
    twice,
    take(spans: readonly EncodedSpan[]) {
      for (const span of spans.map((made) => origins.get(made) as Span)) {
        const text = JSON.stringify(span);
        const known = accepted.get(span.spanId);
        if (known !== undefined) {
          expect(text).toBe(known);
          twice.push(`${span.name} ${span.spanId}`);
        }
        accepted.set(span.spanId, text);
      }
    },
  };
}

const origins = new WeakMap<EncodedSpan, Span>();
const encodeSpan = createSpanEncoder({
  serviceName: "claude-code",
  serviceInstanceId: "test",
  distroVersion: "0",
  extra: {},
  dialect: FORM.dialect,
});

/** Encodes a span and keeps the original, because these tests compare spans and not bytes. */
function encode(span: Span): EncodedSpan {
  const made = encodeSpan(span);
  origins.set(made, span);
  return made;
}

function worldAt(home: Home, nowMs: () => number): World {
  const log = (line: string) => expect.fail(line);
  return { home, env: {}, nowMs, ticks: nowMs, sleep: clock.sleep, log };
}

const FAR_AWAY = () => Number.MAX_SAFE_INTEGER;

/** A destination whose backend is a function. */
function destinationAt(
  home: Home,
  send: (spans: readonly EncodedSpan[]) => Promise<Outcome>,
  { nowMs = FAR_AWAY, counter }: { nowMs?: () => number; counter?: Outlet } = {},
): Destination {
  const world = { ...worldAt(home, nowMs), log: () => {} };
  const place = destinationPlace(home, "memory");
  ensurePlace(place);
  const sender = {
    send: (_: unknown, payload: unknown) => send(payload as readonly EncodedSpan[]),
    close: () => {},
  };
  const url = "http://memory.example/v1/traces";
  const options = {
    destination: "memory",
    url,
    sender,
    state: {},
    scope: "session" as const,
    sample: 1,
    semconv: "v1.41" as const,
    maxAttributes: 128,
  };
  const traces = createTraces({ ...options, ...FORM, encode }, world);
  return {
    place,
    state: { signals: {} },
    meter: openMeter(place, world),
    underWay: openUnderWay(place),
    backoff: createBackoff(),
    endpoint: url,
    outlets: counter === undefined ? [traces] : [traces, counter],
    session: OPTIONS,
    sender,
  };
}

function temporaryHome(): Home {
  const home = homeAt(join(mkdtempSync(join(tmpdir(), "ccotel-live-")), "state"));
  ensureHome(home);
  return home;
}

/** Reads the state from disk, as a new process does. */
function load(home: Home, path: string) {
  const sessionId = sessionIdOf(path);
  const place = destinationPlace(home, "memory");
  const known = loadPosition(place, sessionId, (file) => {
    throw new Error(`${file} is damaged`);
  });
  const hook = newHookFacts(sessionId, path);
  return { hook, ...withFiles(place, known ?? newPosition(sessionId, path)) };
}

const history = fc.record({
  transcript: fc.constantFrom(...transcripts),
  steps: growthSteps,
  /** The result of each request, or the step at which the process dies. */
  fates: fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constant("accepted" as const) },
      fc.constantFrom("busy" as const, "acknowledgement lost" as const, "refused" as const),
      fc.nat(7),
    ),
    { minLength: 1, maxLength: 60 },
  ),
});

/** Counts pieces as the meter does: only counts on disk are valid. */
function countingPieces(home: Home): { counter: Outlet; counted: () => string[] } {
  const file = join(destinationPlace(home, "memory").root, "counted.json");
  const counted = () => (existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as string[]) : []);
  const counter: Outlet = {
    signal: "metrics",
    url: "http://memory.example/v1/metrics",
    wants: () => true,
    open: () => {
      let observed: string[] = [];
      return {
        take: (pieces) => void observed.push(...pieces.map(nameOf)),
        waiting: NOTHING_WAITS,
        settle: async () => NOTHING_SETTLED,
        change() {
          if (observed.length === 0) return undefined;
          const content = JSON.stringify([...counted(), ...observed]);
          observed = [];
          return { path: file, content };
        },
        discard() {
          observed = [];
        },
      };
    },
    sendTogether: async () => "accepted",
    flush: async () => ({ isAccepted: false }),
    remembered: () => undefined,
  };
  return { counter, counted };
}

function nameOf(piece: Finished): string {
  const { run, part } = piece.part;
  if (piece.type === "turn") return `turn ${piece.turn.id}`;
  if (piece.type === "compaction") return `compaction ${piece.compaction.id}`;
  if (piece.type === "subagent") return `subagent ${piece.subagent.agentId} ${piece.subagent.invocation}`;
  if (piece.type === "late") return `late ${piece.requests.map(({ id }) => id)}`;
  return `${piece.type} ${run}/${part}`;
}

class Died extends Error {}

describe("a session that grows", () => {
  test("is delivered as a backfill sends it, if requests fail and processes are killed at any time", async () => {
    const property = fc.asyncProperty(history, async ({ transcript, steps, fates }) => {
      const session = growSession(transcript.path);
      const home = temporaryHome();
      try {
        const backend = memory();
        const { counter, counted } = countingPieces(home);
        let next = 0;
        let mayRepeat = false;
        let dieIn = -1;
        const send = async (spans: readonly EncodedSpan[]): Promise<Outcome> => {
          const fate = fates[next++ % fates.length];
          if (typeof fate === "number") dieIn = fate;
          if (fate === "busy") return { kind: "retryable", status: 503, message: "" };
          if (fate === "refused" && spans.length > 1) return { kind: "refused", status: 400, message: "" };
          backend.take(spans);
          if (fate !== "acknowledgement lost") return { kind: "success" };
          mayRepeat = true;
          return { kind: "retryable", code: "ECONNRESET", message: "" };
        };
        const onStep = () => {
          if (dieIn-- !== 0) return;
          mayRepeat = true;
          throw new Died();
        };
        const look = async (ended: boolean) => {
          const saved = load(home, session.path);
          try {
            const facts = { quiet: ended, ended };
            const destination = destinationAt(home, send, { counter });
            const world = { ...worldAt(home, FAR_AWAY), log: () => {} };
            return await deliverSession(saved, facts, destination, world, { isHeld: () => true, onStep });
          } catch (error) {
            if (!(error instanceof Died)) throw error;
            recover(home);
            return undefined;
          }
        };
        for (const { file, bytes, look: now } of steps) {
          session.grow(file, bytes, Number.POSITIVE_INFINITY);
          if (now) await look(false);
        }
        session.growUntil(Number.POSITIVE_INFINITY);
        for (let attempt = 0; (await look(true))?.kind !== "delivered"; attempt++) {
          // Let the backend accept everything in the end.
          if (attempt > 50) fates.push("accepted", "accepted", "accepted", "accepted");
        }
        expect(backend.accepted).toEqual(backfill(transcript.path));
        if (!mayRepeat) expect(backend.twice).toEqual([]);
        expect(counted().sort()).toEqual(readWhole(transcript.path, OPTIONS).map(nameOf).sort());
      } finally {
        session.remove();
        rmSync(join(home.root, ".."), { recursive: true });
      }
    });
    await fc.assert(property, { numRuns: runs(200), interruptAfterTimeLimit: 40_000 });
  });
});

test("a turn waits for the answer of its skill's subagent, even after the client has written its costs", async () => {
  const transcript = transcripts.find(({ path }) => path.includes("/slash-skill-resumed/"))!;
  const session = growSession(transcript.path);
  const home = temporaryHome();
  try {
    const backend = memory();
    const send = async (spans: readonly EncodedSpan[]): Promise<Outcome> => {
      backend.take(spans);
      return { kind: "success" };
    };
    const look = (facts: FileFacts) =>
      deliverSession(
        load(home, session.path),
        facts,
        destinationAt(home, send),
        { ...worldAt(home, FAR_AWAY), log: () => {} },
        { isHeld: () => true },
      );
    // The client buffers each file separately. Here the subagent's answer is written last.
    session.grow(0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    const agent = session.files.find(({ path }) => path.includes("/subagents/"))!;
    expect(agent.bytes.indexOf("msg_lab0002")).toBeGreaterThan(agent.written);
    await look({ quiet: false, ended: false, exits: true });
    session.growUntil(Number.POSITIVE_INFINITY);
    await look({ quiet: true, ended: true });
    expect(backend.accepted).toEqual(backfill(transcript.path));
    expect(backend.twice).toEqual([]);
  } finally {
    session.remove();
    rmSync(join(home.root, ".."), { recursive: true });
  }
});

describe("a worker that hooks start while the session continues", () => {
  const timing = fc.record({
    transcript: fc.constantFrom(...transcripts),
    /** Time in ms from a turn's last record, which may not be on disk yet, to the turn's hook. */
    delays: fc.array(fc.nat(120), { minLength: 1, maxLength: 5 }),
    /** Bytes that are written between two looks. They can end in the middle of a line or a character. */
    growth: fc.array(fc.record({ file: fc.nat(9), bytes: fc.oneof(fc.nat(50), fc.nat(5_000)) }), {
      minLength: 1,
      maxLength: 20,
    }),
    ends: fc.boolean(),
  });

  test("delivers each span once, as a backfill sends it", async () => {
    const property = fc.asyncProperty(timing, async ({ transcript, delays, growth, ends }) => {
      const session = growSession(transcript.path);
      const home = temporaryHome();
      const sessionId = sessionIdOf(transcript.path);
      try {
        const backend = memory();
        const send = async (spans: readonly EncodedSpan[]): Promise<Outcome> => {
          backend.take(spans);
          return { kind: "success" };
        };
        const nowMs = () => clock.nowMs;
        const destination = destinationAt(home, send, { nowMs });
        const deliver: Port["deliver"] = async (saved, lookNow) => {
          const result = await deliverSession(saved, lookNow(), destination, world, { isHeld: () => true });
          return result.kind === "delivered"
            ? { kind: "delivered" }
            : { kind: "stop", reason: "destination" };
        };
        const open = () => load(home, session.path);
        const keep: Port["keep"] = (saved) => saveProgress(saved, world, { isHeld: () => true });
        const port = { key: "memory", idleCloseMs: 0, open, deliver, keep, isDoubted: () => false };
        const world = { ...worldAt(home, nowMs), destinations: { forSession: async () => [port] } };
        const hooks = stopsOf(transcript.path, delays);
        const times = session.files.flatMap(({ lines }) => lines.map(({ atMs }) => atMs));
        const lastMs = Math.max(...times);
        if (ends) hooks.push({ atMs: lastMs, name: "SessionEnd" });
        hooks.sort((a, b) => a.atMs - b.atMs);

        clock.nowMs = Math.min(...times);
        clock.sleepers = [];
        let moments = 0;
        let working: Promise<void> | undefined;
        const work = async () => {
          for (;;) {
            const { isLeft, isNew } = await drainInbox(world);
            if (isLeft || !readInbox(home.inbox).some(isNew)) break;
          }
          working = undefined;
        };
        while (hooks.length > 0 || working !== undefined) {
          const sleeper = clock.sleepers.sort((a, b) => a.untilMs - b.untilMs)[0];
          const hook = hooks[0];
          const hookIsNext = hook !== undefined && (sleeper === undefined || hook.atMs <= sleeper.untilMs);
          clock.nowMs = Math.max(clock.nowMs, hookIsNext ? hook.atMs : (sleeper?.untilMs ?? 0));
          // What the client wrote more than 200 ms ago is on disk, and a part of what it wrote since.
          session.growUntil(clock.nowMs - 200);
          const { file, bytes } = growth[moments++ % growth.length] as (typeof growth)[number];
          session.grow(file, bytes, clock.nowMs);
          for (const { path } of session.files)
            if (existsSync(path)) utimesSync(path, clock.nowMs / 1_000, lastChange(session, path));
          if (hookIsNext) {
            hooks.shift();
            putEvent(home, { sessionId, path: session.path, ...hook });
            working ??= work();
          } else {
            clock.sleepers.shift();
            sleeper?.wake();
          }
          for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
        }
        // The client has exited. A sweep delivers what no hook announced.
        session.growUntil(Number.POSITIVE_INFINITY);
        clock.nowMs = lastMs + 7 * 3_600_000;
        await deliver(load(home, session.path), () => ({ quiet: true, ended: true }));
        expect(backend.accepted).toEqual(backfill(transcript.path));
        expect(backend.twice).toEqual([]);
        expect(readInbox(home.inbox)).toEqual([]);
      } finally {
        session.remove();
        rmSync(join(home.root, ".."), { recursive: true });
      }
    });
    await fc.assert(property, { numRuns: runs(150), interruptAfterTimeLimit: 40_000 });
  });
});

let events = 0;

function putEvent(
  home: Home,
  event: { sessionId: string; path: string; atMs: number; name: string; promptId?: string },
): void {
  const file = join(home.inbox, `${events++}.json`);
  const input = {
    session_id: event.sessionId,
    transcript_path: event.path,
    hook_event_name: event.name,
    prompt_id: event.promptId,
  };
  writeFileSync(file, `\n${JSON.stringify(input)}`);
  utimesSync(file, event.atMs / 1_000, event.atMs / 1_000);
}

const sizes = new Map<string, { bytes: number; atMs: number }>();

/** Time of a file's last change in seconds, by the clock of the recording. */
function lastChange(session: ReturnType<typeof growSession>, path: string): number {
  const written = session.files.find((file) => file.path === path)?.written ?? 0;
  const known = sizes.get(path);
  if (known === undefined || known.bytes !== written) sizes.set(path, { bytes: written, atMs: clock.nowMs });
  return (sizes.get(path)?.atMs ?? 0) / 1_000;
}
