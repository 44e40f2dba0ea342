// The work of a Stop in counts, which do not depend on the load of the machine.

import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { ended, lab } from "../support/lab.ts";
import { collector } from "../support/otlp-server.ts";
import { scribe, type TurnOptions } from "../support/transcripts/transcript.ts";

/** Modules of Node that the worker requires, and those that these load. */
const NEEDED = new Set([
  "crypto",
  "http",
  "net",
  "stream",
  "diagnostics_channel",
  "os",
  "v8",
  "vm",
  "string_decoder",
]);
/** Each of them makes a Stop 1 to 4 % slower. */
const EXPENSIVE = ["fs/promises", "timers/promises", "perf_hooks", "https", "tls", "zlib", "child_process"];

interface Work {
  opened: string[];
  flushes: number;
  modules: string[];
  files: string[];
}

interface Stop extends Work {
  state: string;
  /** Output of the worker, and of V8 if flags ask for it. */
  stdout: string;
}

interface StopOptions {
  flags?: string[];
  turn?: TurnOptions;
  /** The client writes the last records of the turn one by one, a while after the hook has run. */
  writesOn?: boolean;
}

/** Runs three Stops of a session with the program that `configure` installs, and returns the work of the third. */
async function thirdStop(
  settings: Record<string, string>,
  { flags = [], turn: lastTurn, writesOn = false }: StopOptions = {},
): Promise<Stop> {
  const { url } = await collector();
  const machine = lab(url);
  const env = { CCOTEL_ENDPOINT: url, ...settings };
  mkdirSync(join(machine.folder, ".claude"));
  writeFileSync(join(machine.folder, ".claude", "settings.json"), JSON.stringify({ env }));
  mkdirSync(machine.home.bin, { recursive: true });
  for (const name of readdirSync("dist").filter((file) => file.endsWith(".cjs")))
    copyFileSync(join("dist", name), join(machine.home.bin, name));
  const work = join(machine.folder, "work.json");
  const session = scribe("counted");
  let stdout = "";
  for (let turn = 0; turn < 3; turn++) {
    const lines = session.turn(turn === 2 ? lastTurn : {});
    const late = turn === 2 && writesOn ? lines.splice(-3) : [];
    machine.write(session.sessionId, lines);
    machine.event(session.sessionId, { promptId: session.promptIds[turn] });
    const args = [
      ...flags,
      "--require",
      join(import.meta.dirname, "record-work.cjs"),
      join(machine.home.bin, "worker.cjs"),
    ];
    const child = spawn(process.execPath, args, {
      cwd: "/",
      stdio: ["ignore", "pipe", "pipe"],
      env: { HOME: machine.folder, CCOTEL_HOME: machine.home.root, WORK_FILE: work },
    });
    stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    const end = ended(child);
    for (const one of late) {
      await setTimeout(300);
      machine.write(session.sessionId, [one]);
    }
    expect(await end).toMatchObject({ code: 0, stderr: "" });
  }
  expect(machine.log()).toBe("");
  return { ...JSON.parse(readFileSync(work, "utf8")), state: machine.home.root, stdout };
}

test("a Stop loads no expensive module of Node, and requires no bundle but worker.cjs", async () => {
  const { modules, files } = await thirdStop({});
  expect(modules.filter((name) => EXPENSIVE.includes(name))).toEqual([]);
  for (const name of NEEDED) expect(modules).toContain(name);
  expect(files.map((file) => basename(file)).sort()).toEqual(["record-work.cjs", "worker.cjs"]);
});

test("V8 optimizes no code in a Stop of 150 KB, and does in one of 4 MB", async () => {
  const flags = ["--trace-opt"];
  const small = await thirdStop({}, { flags, turn: { tools: 15, resultBytes: 5000 } });
  const optimized = ({ stdout }: Stop) => stdout.match(/completed \w+ing/g)?.length ?? 0;
  // Node 24 optimizes one of its own functions before it runs any program.
  expect(optimized(small)).toBeLessThanOrEqual(1);
  const large = await thirdStop({}, { flags, turn: { tools: 400, resultBytes: 5000 } });
  expect(optimized(large)).toBeGreaterThan(3);
});

// With Node 20, baseline code pays for a Stop, too.
test.skipIf(Number.parseInt(process.versions.node, 10) < 22)(
  "V8 makes no baseline code of the worker in a Stop of 150 KB, and does in one of 4 MB",
  async () => {
    // Seven batches are of functions of Node, from before the worker sets the flags.
    const flags = ["--trace-baseline-batch-compilation"];
    const small = await thirdStop({}, { flags, turn: { tools: 15, resultBytes: 5000 } });
    const batches = ({ stdout }: Stop) => stdout.match(/Compiling current batch/g)?.length ?? 0;
    expect(batches(small)).toBeLessThan(12);
    const large = await thirdStop({}, { flags, turn: { tools: 400, resultBytes: 5000 } });
    expect(batches(large)).toBeGreaterThan(25);
  },
);

test("a Stop without metrics flushes at most 2 times", async () => {
  const { flushes } = await thirdStop({ CCOTEL_METRICS: "off" });
  expect(flushes).toBeLessThanOrEqual(2);
});

test("a Stop flushes nothing while the client still writes", async () => {
  const [atOnce, late] = [await thirdStop({}), await thirdStop({}, { writesOn: true })];
  expect(late.flushes).toBe(atOnce.flushes);
});

test("a Stop with metrics flushes at most 8 times, because counters are written before and after they are sent", async () => {
  const { flushes } = await thirdStop({ CCOTEL_METRICS: "on" });
  expect(flushes).toBeLessThanOrEqual(8);
});

test("a Stop opens the transcript at most twice, a state file except the lock at most 4 times, and 38 files in all", async () => {
  const { opened, state } = await thirdStop({ CCOTEL_METRICS: "on" });
  const times = new Map<string, number>();
  for (const path of opened) times.set(path, (times.get(path) ?? 0) + 1);
  const often = [...times].filter(
    ([path, count]) => path.startsWith(state) && !path.endsWith("worker.lock") && count > 4,
  );
  expect(often).toEqual([]);
  expect(opened.filter((path) => path.endsWith(".jsonl")).length).toBeLessThanOrEqual(2);
  expect(opened.length).toBeLessThanOrEqual(34);
});
