// An export with several reading threads gives the same spans, positions and summaries as with one thread.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CollectorRequest } from "../../src/collector/collector.ts";
import { exportSessions } from "../../src/delivery/export/export-sessions.ts";
import { prepare } from "../../src/delivery/load/load.ts";
import { findSessions } from "../../src/files/find-sessions.ts";
import { realWorld } from "../../src/state/world.ts";
import { BUNDLE, differences, type Lab, lab, twice, union } from "../support/lab.ts";
import { collector, faults, inTurn } from "../support/otlp-server.ts";
import { recordings } from "../support/recordings.ts";
import { scribe } from "../support/transcripts/transcript.ts";

const folder = mkdtempSync(join(tmpdir(), "ccotel-thread-"));
const program = join(folder, "ccotel.cjs");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  const source = fileURLToPath(new URL("../../src/programs", import.meta.url));
  await build({ entryPoints: [join(source, "start.ts")], outfile: program, ...BUNDLE });
  await build({
    entryPoints: [join(source, "main.ts")],
    outfile: join(folder, "ccotel-main.cjs"),
    ...BUNDLE,
  });
});

interface Options {
  cores?: number;
  threadProgram?: string;
  respond?: Parameters<typeof collector>[0];
  env?: Record<string, string>;
  /** Number of threads that the export starts. */
  threads?: number;
  /** Called directly after the export has read the settings. */
  prepared?: () => void;
  /** Called before the second export. */
  between?: () => void;
}

/** Exports sessions from a new machine. Returns the data that its backend has accepted, and the machine's state. */
async function exportAll(
  paths: readonly string[],
  { cores = 4, threadProgram = program, respond, env = {}, ...call }: Options = {},
  machine: Lab = lab(undefined),
) {
  const accepted: CollectorRequest[] = [];
  const { url } = await collector(respond, { onTraces: (_, request) => void accepted.push(request) });
  const prepared = await prepare({
    env: {
      CCOTEL_ENDPOINT: url,
      CCOTEL_HOME: machine.home.root,
      CCOTEL_CONTENT: "full",
      CCOTEL_METRICS: "off",
      CCOTEL_FINDINGS: "off",
      ...env,
    },
    otelFromEnvironment: false,
    userAgent: "test",
    homeDir: machine.folder,
  });
  call.prepared?.();
  const sessions = findSessions(paths, { configDir: machine.claude, cwd: "/" });
  const run = () =>
    exportSessions(
      {
        home: machine.home,
        sessions,
        prepared,
        resend: false,
        countMetrics: false,
        threads: { program: threadProgram, leastBytes: 1, cores },
      },
      { ...realWorld(machine.home, {}), sleep: async () => {} },
    );
  let threads = 0;
  const count = () => void threads++;
  process.on("worker", count);
  const result = await run();
  process.off("worker", count);
  expect(threads).toBe(call.threads ?? Math.max(0, cores - 2));
  call.between?.();
  const again = await run();
  const catalog = linesOf(join(machine.home.root, "catalog.tsv"));
  return { accepted, result, again, sessions, catalog };
}

const linesOf = (file: string) =>
  existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];

const summariesIn = (lines: string[]) => lines.map((line) => line.split("\t").at(-1)).sort();

test("with threads, all recordings give the same spans, results and summaries as without", async () => {
  const paths = recordings().map(({ folder }) => folder);
  const one = await exportAll(paths, { cores: 1 });
  const several = await exportAll(paths);
  expect(several.result).toEqual(one.result);
  expect(differences(union(several.accepted), union(one.accepted))).toEqual([]);
  expect(twice(several.accepted)).toEqual(twice(one.accepted));
  expect(several.again).toMatchObject({ spansSent: 0, sessions: 0 });
  expect(summariesIn(several.catalog)).toEqual(summariesIn(one.catalog));
});

test("an export with findings uses no threads, because it compares each session with those before it", async () => {
  const machine = lab(undefined);
  expect(
    (await exportAll(history(machine), { env: { CCOTEL_FINDINGS: "on" }, threads: 0 }, machine)).result
      .sessions,
  ).toBe(20);
});

function history(machine: Lab, sessions = 20): string[] {
  return Array.from({ length: sessions }, (_, index) => {
    const session = scribe(`threads-${index}`);
    const turns = Array.from({ length: index === 3 ? 150 : 2 }, () => session.turn({ tools: 1 }));
    machine.write(session.sessionId, [...turns.flat(), ...session.end()]);
    return machine.transcript(session.sessionId);
  });
}

test.each([
  ["a shared request gets a 503", { respond: inTurn(faults.status(503)) }],
  ["a shared request gets a 400", { respond: inTurn(faults.status(400)) }],
  ["the threads cannot start", { threadProgram: join(folder, "none.cjs") }],
])("every span arrives once if %s", async (_, options) => {
  const machine = lab(undefined);
  const paths = history(machine);
  const expected = await exportAll(paths, { cores: 1 });
  const { accepted, result, again } = await exportAll(paths, options, machine);
  expect(result).toEqual(expected.result);
  expect(differences(union(accepted), union(expected.accepted))).toEqual([]);
  expect(twice(accepted)).toEqual([]);
  expect(again.spansSent).toBe(0);
});

test("the export reports the failure of a backend that only answers 503", async () => {
  const machine = lab(undefined);
  const { result } = await exportAll(history(machine), { respond: faults.status(503) }, machine);
  expect(result.failure?.message).toContain("503");
  expect(result.sessions).toBe(0);
});

test("what a damaged position says was delivered is not sent again, also after a failed request", async () => {
  const machine = lab(undefined);
  const sessions = Array.from({ length: 8 }, (_, index) => scribe(`threads-${index}`));
  for (const session of sessions) machine.write(session.sessionId, [...session.turn(), ...session.end()]);
  let isBusy = false;
  const { accepted, again } = await exportAll(
    sessions.map(({ sessionId }) => machine.transcript(sessionId)),
    {
      respond() {
        const status = isBusy ? 503 : 200;
        isBusy = false;
        return { status };
      },
      between() {
        for (const file of positionsOf(machine)) {
          const { read: _, ...known } = JSON.parse(readFileSync(file, "utf8"));
          writeFileSync(file, JSON.stringify({ ...known, read: {} }));
        }
        for (const session of sessions) machine.write(session.sessionId, session.turn());
        isBusy = true;
      },
    },
    machine,
  );
  expect(again.failure).toBeUndefined();
  expect(again.sessions).toBe(8);
  expect(again.spansSent).toBeGreaterThan(0);
  expect(twice(accepted)).toEqual([]);
});

test("if a thread cannot read the user's redaction rules, the main thread applies them", async () => {
  const machine = lab(undefined);
  const rules = join(machine.folder, "rules.txt");
  const options = () => {
    writeFileSync(rules, "größer\n");
    return { env: { CCOTEL_REDACT: rules }, prepared: () => rmSync(rules) };
  };
  const paths = history(machine, 4);
  const one = await exportAll(paths, { cores: 1, ...options() });
  const several = await exportAll(paths, options());
  expect(JSON.stringify([...union(one.accepted)])).toContain("own rule: line 1");
  expect(differences(union(several.accepted), union(one.accepted))).toEqual([]);
});

test("with CCOTEL_TRACES=off, the positions of an export say that no traces were sent", async () => {
  const machine = lab(undefined);
  await exportAll(
    history(machine, 4),
    { env: { CCOTEL_TRACES: "off", CCOTEL_METRICS: "on" }, threads: 0 },
    machine,
  );
  expect(positionsOf(machine)).toHaveLength(4);
  for (const file of positionsOf(machine)) expect(JSON.parse(readFileSync(file, "utf8")).outlets).toEqual({});
});

function positionsOf({ home }: Lab): string[] {
  return readdirSync(home.destinations).flatMap((key) => {
    const folder = join(home.destinations, key, "sessions");
    return readdirSync(folder).map((name) => join(folder, name));
  });
}
