// A user's machine for delivery tests: a state folder, a Claude Code folder, and workers that run as real processes.

import { type ChildProcess, spawn } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { inject, onTestFinished } from "vitest";
import bundleOptions from "../../scripts/bundle-options.json" with { type: "json" };
import programOptions from "../../scripts/program-options.json" with { type: "json" };
import type { CollectorRequest } from "../../src/collector/collector.ts";
import {
  type DestinationPlace,
  destinationKey,
  destinationPlace,
} from "../../src/state/destinations/destination-place.ts";
import { ensureHome, type Home, homeAt } from "../../src/state/home.ts";
import { type Position, peekPosition } from "../../src/state/position/position.ts";
import type { Scribe } from "./transcripts/transcript.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A folder for programs that tests bundle from the current sources and share. */
    programs: string;
  }
}

export interface Lab {
  folder: string;
  home: Home;
  /** `CLAUDE_CONFIG_DIR`. */
  claude: string;
  /** Path of a session's transcript, which may not exist yet. */
  transcript(sessionId: string): string;
  /** Appends lines, or parts of lines, to the session's transcript. */
  write(sessionId: string, lines: string[]): void;
  /** Writes an event into the inbox, as the hook does. */
  event(sessionId: string, event?: EventOptions): void;
  /** Runs a worker until it exits. */
  worker(env?: Env, user?: User): Promise<Ended>;
  /** Starts a worker and does not wait for it. `program`: the script to run instead of the built worker. */
  start(env?: Env, user?: User | Record<string, never>, program?: string): ChildProcess;
  /** Runs the command line until it exits. Await `buildTool` first. */
  tool(words: string[], env?: Env, onStart?: (child: ChildProcess) => void): Promise<Ended>;
  /** The state of its collector as a destination. */
  place: DestinationPlace;
  saved(sessionId: string): Position | undefined;
  /** File names of the events that wait in the inbox. */
  inbox(): string[];
  log(): string;
}

type Env = Record<string, string | undefined>;
type User = { uid: number; gid: number };

export interface EventOptions {
  name?: "Stop" | "SessionEnd" | "SessionStart";
  promptId?: string | undefined;
  env?: Record<string, string>;
  /** Name of the event's file, without extension. */
  file?: string;
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
  /** Elapsed real time. It depends on how busy the machine is. */
  ms: number;
  /** Total of its intended waits, by its own clock. 0 if it was killed. */
  waitedMs: number;
}

let counter = 0;

/** Creates a machine in its own folder, which is removed after the test. `url`: its collector's base URL. */
export function lab(url: string | undefined): Lab {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-lab-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
  return labIn(folder, url);
}

export function labIn(folder: string, url: string | undefined): Lab {
  const home = homeAt(join(folder, "state"));
  const claude = join(folder, "claude");
  const transcript = (sessionId: string) =>
    join(claude, "projects", "-home-dev-acme-shop", `${sessionId}.jsonl`);
  ensureHome(home);
  // Machines differ only in their id. With the same id, all machines send the same bytes.
  writeFileSync(
    home.installation,
    JSON.stringify({ serviceInstanceId: "00000000-0000-4000-8000-000000000000" }),
  );
  const run = (argv: string[], env: Env = {}, user: User | Record<string, never> = {}) => {
    const child = spawn(process.execPath, argv, {
      ...user,
      cwd: "/",
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        CCOTEL_HOME: home.root,
        CLAUDE_CONFIG_DIR: claude,
        CCOTEL_ENDPOINT: url,
        CCOTEL_METRICS: "off",
        // Waits of the worker are short, unless a test is about what happens in one.
        HASTE: "20",
        ...env,
      },
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    return child;
  };
  const lab: Lab = {
    folder,
    home,
    claude,
    transcript,
    write(sessionId, lines) {
      mkdirSync(dirname(transcript(sessionId)), { recursive: true });
      appendFileSync(transcript(sessionId), lines.join(""));
    },
    event(sessionId, { name = "Stop", promptId, env = {}, ...options } = {}) {
      const variables = Object.entries(env).map(([key, value]) => `${key}=${value}\n`);
      const input = {
        session_id: sessionId,
        transcript_path: transcript(sessionId),
        hook_event_name: name,
        ...(promptId === undefined ? {} : { prompt_id: promptId }),
      };
      const unique = `${process.pid}-${String(counter++).padStart(6, "0")}`;
      const file = join(home.inbox, options.file ?? unique);
      writeFileSync(`${file}.tmp`, `${variables.join("")}\n${JSON.stringify(input)}`, { mode: 0o600 });
      renameSync(`${file}.tmp`, `${file}.json`);
    },
    start: (env, user, program) => run([program ?? builtWorker()], env, user),
    tool(words, env, onStart) {
      const child = run([builtTool(), ...words], env);
      onStart?.(child);
      return ended(child);
    },
    async worker(env, user) {
      return ended(lab.start(env, user));
    },
    place: placeOf(home, url),
    saved: (sessionId) => peekPosition(lab.place, sessionId),
    inbox: () => readdirSync(home.inbox),
    log: () => (existsSync(home.log) ? readFileSync(home.log, "utf8") : ""),
  };
  return lab;
}

/**
 * Copies a machine in its current state to a folder beside it. The copy has another collector, at `url`, and its state
 * says that everything delivered so far was delivered to that collector.
 */
export function copyOfLab({ folder }: Lab, name: string, url: string): Lab {
  const copy = join(dirname(folder), name);
  cpSync(folder, copy, { recursive: true });
  const inbox = join(copy, "state", "inbox");
  for (const path of readdirSync(inbox).map((file) => join(inbox, file)))
    writeFileSync(path, readFileSync(path, "utf8").replaceAll(`/${basename(folder)}/`, `/${name}/`));
  const machine = labIn(copy, url);
  const [known] = readdirSync(machine.home.destinations);
  renameSync(join(machine.home.destinations, known as string), machine.place.root);
  return machine;
}

/** The place of a collector in the state folder. */
export function placeOf(home: Home, url = "http://127.0.0.1:1"): DestinationPlace {
  return destinationPlace(home, destinationKey(`${url}/v1/traces`));
}

/** Adds a turn to the session's transcript, and the event of its Stop hook. */
export function addTurn(machine: Lab, session: Scribe): void {
  machine.write(session.sessionId, session.turn());
  machine.event(session.sessionId, { promptId: session.promptIds.at(-1) });
}

export function ended(child: ChildProcess): Promise<Ended> {
  const since = performance.now();
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  let waited = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    waited += chunk.toString();
  });
  return new Promise((resolve) =>
    child.once("close", (code, signal) =>
      resolve({ code, signal, stderr, ms: performance.now() - since, waitedMs: Number(waited) }),
    ),
  );
}

/** The options with which `scripts/build.mjs` bundles the programs that run in Node. */
export const BUNDLE = {
  ...(bundleOptions as BuildOptions),
  define: { __CCOTEL_VERSION__: '"0.0.0-dev"' },
};

/** The same for a program that `openProgram` loads. */
export const BUNDLE_OF_PROGRAM: BuildOptions = { ...BUNDLE, ...programOptions };

/** Bundles the worker from the current sources, as the product's build does. Await it before you start a worker. */
export async function buildWorker(): Promise<void> {
  await Promise.all([bundle("worker-under-test"), bundle("worker-code-under-test", BUNDLE_OF_PROGRAM)]);
}

/** Bundles the command line in the same way, for `Lab.tool`. */
export function buildTool(): Promise<void> {
  return bundle("tool-under-test");
}

/** Bundles a program of this folder, unless another test file of this run has done so. */
async function bundle(program: string, options: BuildOptions = BUNDLE): Promise<void> {
  const outfile = built(program);
  if (existsSync(outfile)) return;
  // Two test files may bundle at once. Each puts its whole bundle in place.
  const unfinished = `${outfile}.${process.pid}`;
  await build({
    entryPoints: [fileURLToPath(new URL(`./${program}.ts`, import.meta.url))],
    outfile: unfinished,
    ...options,
  });
  renameSync(unfinished, outfile);
}

/** Path of the bundle that `buildWorker` made. It loads the worker's code from beside it. */
export function builtWorker(): string {
  return built("worker-under-test");
}

/** Path of the bundle that `buildTool` made. */
export function builtTool(): string {
  return built("tool-under-test");
}

function built(program: string): string {
  return join(inject("programs"), `${program}.cjs`);
}

/** The received spans in order of arrival. `text` contains the span and its resource, so that spans can be compared. */
export function arrivals(requests: readonly CollectorRequest[]): { id: string; text: string }[] {
  return requests.flatMap((request) =>
    request.traces.flatMap(({ resource, spans }) =>
      spans.map((span) => ({
        id: `${span.name} ${span.traceId}/${span.spanId}`,
        text: stringify({ resource, ...span }),
      })),
    ),
  );
}

/** Spans by id, as text. */
export type Spans = Map<string, string>;

/** The received spans without repetitions. Fails if a span arrived twice with different content. */
export function union(requests: readonly CollectorRequest[]): Spans {
  const byId: Spans = new Map();
  for (const { id, text } of arrivals(requests)) {
    const known = byId.get(id);
    if (known !== undefined && known !== text)
      throw new Error(`${id} arrived twice with different content:\n${known}\n${text}`);
    byId.set(id, text);
  }
  return byId;
}

/** Short descriptions of the differences between two sets of spans. Empty if they are the same. */
export function differences(got: Spans, expected: Spans): string[] {
  return [
    ...[...expected.keys()].filter((id) => !got.has(id)).map((id) => `missing: ${id}`),
    ...[...got.keys()].filter((id) => !expected.has(id)).map((id) => `unexpected: ${id}`),
    ...[...got].flatMap(([id, text]) => {
      const other = expected.get(id);
      return other === undefined || other === text ? [] : [`other content: ${id}\n  ${text}\n  ${other}`];
    }),
  ];
}

/** Ids of spans that arrived more than once. */
export function twice(requests: readonly CollectorRequest[]): string[] {
  const ids = arrivals(requests).map(({ id }) => id);
  return ids.filter((id, index) => ids.indexOf(id) < index);
}

function stringify(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    typeof part === "bigint" ? `${part}n` : part instanceof Uint8Array ? [...part] : part,
  );
}

/** Handles each item, `width` of them at a time. */
export async function inParallel<T>(
  width: number,
  items: readonly T[],
  each: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await each(item);
    }),
  );
}
