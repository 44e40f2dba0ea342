// A user's machine for tests of the delivery: a state folder, a folder of Claude Code, and workers as real processes.

import { type ChildProcess, spawn } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
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
import { onTestFinished } from "vitest";
import type { CollectorRequest } from "../../src/collector/collector.ts";
import {
  type DestinationPlace,
  destinationKey,
  destinationPlace,
} from "../../src/state/destinations/destination-place.ts";
import { ensureHome, type Home, homeAt } from "../../src/state/home.ts";
import { type Position, peekPosition } from "../../src/state/position/position.ts";

export interface Lab {
  folder: string;
  home: Home;
  /** `CLAUDE_CONFIG_DIR`. */
  claude: string;
  /** Where a session's transcript is, or would be. */
  transcript(sessionId: string): string;
  /** Adds lines, or parts of them, to the session's transcript. */
  write(sessionId: string, lines: string[]): void;
  /** Puts an event into the inbox, as the hook does. */
  event(sessionId: string, event?: EventOptions): void;
  /** Runs a worker to its end. */
  worker(env?: Env, user?: User): Promise<Ended>;
  /** Starts a worker. */
  start(env?: Env, user?: User | Record<string, never>, program?: string): ChildProcess;
  /** Runs the command line to its end; `buildTool` must have been awaited. */
  tool(words: string[], env?: Env, onStart?: (child: ChildProcess) => void): Promise<Ended>;
  /** What is remembered of its collector. */
  place: DestinationPlace;
  saved(sessionId: string): Position | undefined;
  /** Names of the events that wait. */
  inbox(): string[];
  log(): string;
}

type Env = Record<string, string | undefined>;
type User = { uid: number; gid: number };

export interface EventOptions {
  name?: "Stop" | "SessionEnd" | "SessionStart";
  promptId?: string | undefined;
  env?: Record<string, string>;
  /** Name of its file. */
  file?: string;
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
  /** How long it took; on a busy machine, that says little. */
  ms: number;
  /** How long it has waited on purpose, in its own time; 0 where it was killed. */
  waitedMs: number;
}

let counter = 0;

/** A machine of its own; `url`: where its collector is. */
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
  // Machines differ in their id alone; without that difference, what they send is the same.
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
      const child = run([built("tool"), ...words], env);
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
 * A machine as another one is at this moment, in a folder beside it. Its collector is another one: what was delivered
 * was delivered to it.
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

/** The folder of a collector in the state folder. */
export function placeOf(home: Home, url = "http://127.0.0.1:1"): DestinationPlace {
  return destinationPlace(home, destinationKey(`${url}/v1/traces`));
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

/** How the product's build bundles what runs in Node. */
export const BUNDLE = {
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20.6",
  mainFields: ["module", "main"],
  supported: { "dynamic-import": false },
  define: { __CCOTEL_VERSION__: '"0.0.0-dev"' },
  logLevel: "warning",
} satisfies BuildOptions;

const bundles: { worker?: string; tool?: string } = {};

/** Bundles the worker as the product's build does, from the sources as they are now. To be awaited before a lab works. */
export function buildWorker(): Promise<void> {
  return bundle("worker");
}

/** The same of the command line, for `Lab.tool`. */
export function buildTool(): Promise<void> {
  return bundle("tool");
}

async function bundle(what: keyof typeof bundles): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), `ccotel-${what}-`));
  const outfile = join(folder, `${what}.cjs`);
  await build({
    entryPoints: [fileURLToPath(new URL(`./${what}-under-test.ts`, import.meta.url))],
    outfile,
    ...BUNDLE,
  });
  // Any user may run it.
  chmodSync(folder, 0o755);
  bundles[what] = outfile;
  process.once("exit", () =>
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }),
  );
}

/** The bundle that `buildWorker` made. */
export function builtWorker(): string {
  return built("worker");
}

function built(what: keyof typeof bundles): string {
  const file = bundles[what];
  if (file === undefined) throw new Error(`The ${what} must be built in beforeAll.`);
  return file;
}

/** Each span that came in, as text that two of them can be compared by, in order of arrival, with its resource. */
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

/** The spans that came in, each once; fails when one came twice with different content. */
export function union(requests: readonly CollectorRequest[]): Spans {
  const byId: Spans = new Map();
  for (const { id, text } of arrivals(requests)) {
    const known = byId.get(id);
    if (known !== undefined && known !== text)
      throw new Error(`${id} came twice, and not the same:\n${known}\n${text}`);
    byId.set(id, text);
  }
  return byId;
}

/** In what two sets of spans differ, in few words; empty when they are the same. */
export function differences(got: Spans, expected: Spans): string[] {
  return [
    ...[...expected.keys()].filter((id) => !got.has(id)).map((id) => `missing: ${id}`),
    ...[...got.keys()].filter((id) => !expected.has(id)).map((id) => `invented: ${id}`),
    ...[...got].flatMap(([id, text]) => {
      const other = expected.get(id);
      return other === undefined || other === text ? [] : [`other content: ${id}\n  ${text}\n  ${other}`];
    }),
  ];
}

/** Ids of spans that came more than once. */
export function twice(requests: readonly CollectorRequest[]): string[] {
  const ids = arrivals(requests).map(({ id }) => id);
  return ids.filter((id, index) => ids.indexOf(id) < index);
}

function stringify(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    typeof part === "bigint" ? `${part}n` : part instanceof Uint8Array ? [...part] : part,
  );
}
