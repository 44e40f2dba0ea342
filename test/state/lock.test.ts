import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { takeLock } from "../../src/state/lock.ts";
import { backfill } from "../support/backfill.ts";
import { addTurn, buildWorker, differences, ended, type Lab, lab, twice, union } from "../support/lab.ts";
import { collector, turnsIn } from "../support/otlp-server.ts";
import { temporaryFolder } from "../support/run-tool.ts";
import { type Scribe, scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

/** Writes a lock file as another process would. */
function lockFile({ home }: Lab, owner: object | string, ageMs: number): void {
  writeFileSync(home.lock, typeof owner === "string" ? owner : JSON.stringify({ token: "theirs", ...owner }));
  const at = new Date(Date.now() - ageMs);
  utimesSync(home.lock, at, at);
}

/**
 * Starts a process that becomes a zombie, as in a container whose first process does not wait for its children. Here
 * the shell turns into another program while its child still runs.
 */
async function zombiePid(): Promise<number> {
  const parent = spawn("/bin/sh", ["-c", "sleep 1 & echo $!; exec sleep 60"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => void parent.kill());
  const [line] = await once(parent.stdout, "data");
  const pid = Number(String(line));
  const stat = () => readFileSync(`/proc/${pid}/stat`, "utf8");
  await expect.poll(stat).toContain(") Z ");
  return pid;
}

const deadPid = () => spawnSync(process.execPath, ["-e", "0"]).pid;
const SECOND_MS = 1_000;
const host = hostname();

describe("a lock of another process", () => {
  const abandoned: [string, () => string | object | Promise<object>, number][] = [
    ["a dead process", () => ({ pid: deadPid(), host }), SECOND_MS],
    ["a dead process with a time in the future", () => ({ pid: deadPid(), host }), -3_600 * SECOND_MS],
    [
      "a living process that has not updated it for a minute",
      () => ({ pid: process.pid, host }),
      61 * SECOND_MS,
    ],
    ["another machine from a minute ago", () => ({ pid: process.pid, host: "elsewhere" }), 61 * SECOND_MS],
    ["an unknown process from a minute ago", () => "\0", 61 * SECOND_MS],
  ];
  if (process.platform === "linux") {
    const zombie = async () => ({ pid: await zombiePid(), host });
    abandoned.push(["a zombie process", zombie, SECOND_MS]);
  }
  test.each(abandoned)("a worker takes the lock of %s", async (_, owner, ageMs) => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const session = scribe("left");
    addTurn(machine, session);
    lockFile(machine, await owner(), ageMs);
    expect((await machine.worker()).code).toBe(0);
    expect(turnsIn(requests)).toEqual(session.promptIds);
    expect(existsSync(machine.home.lock)).toBe(false);
  });

  test.each([
    ["a living process", () => ({ pid: process.pid, host }), SECOND_MS],
    ["a living process of another user", () => ({ pid: 1, host }), SECOND_MS],
    ["another machine from a second ago", () => ({ pid: deadPid(), host: "elsewhere" }), SECOND_MS],
    ["an unknown process from a second ago", () => "", SECOND_MS],
  ])("a worker leaves the lock of %s alone, and the event waits", async (_, owner, ageMs) => {
    const { url, requests } = await collector();
    const machine = lab(url);
    addTurn(machine, scribe("waiting"));
    lockFile(machine, owner(), ageMs);
    const before = readFileSync(machine.home.lock, "utf8");
    expect((await machine.worker()).code).toBe(0);
    expect(requests.length).toBe(0);
    expect(machine.inbox().length).toBe(1);
    expect(readFileSync(machine.home.lock, "utf8")).toBe(before);
  });

  test.each([
    ["a living process", () => ({ pid: process.pid, host })],
    ["another machine", () => ({ pid: 1, host: "elsewhere" })],
    ["an unknown process", () => "{"],
  ])(
    "a lock of %s with a time in the future expires a minute after the first attempt to take it",
    (_, owner) => {
      const machine = lab(undefined);
      lockFile(machine, owner(), -3_600 * SECOND_MS);
      const now = Date.now();
      expect(takeLock(machine.home.lock, () => now)).toBe(undefined);
      expect(takeLock(machine.home.lock, () => now + 59_000)).toBe(undefined);
      const lock = takeLock(machine.home.lock, () => now + 61_000);
      expect(lock?.isHeld()).toBe(true);
      lock?.release();
    },
  );
});

test.each([1, 2])(
  "a lock that changes its owner while another process looks at it stays where it is (look %i)",
  (look) => {
    const machine = lab(undefined);
    lockFile(machine, { pid: deadPid(), host }, 0);
    const changedNs = () => lstatSync(machine.home.lock, { bigint: true }).ctimeNs;
    let takenNs: bigint | undefined;
    let looks = 0;
    // `takeLock` asks for the time when it knows the owner. At this moment, another process takes the lock.
    const nowMs = () => {
      if (++looks === look) {
        rmSync(machine.home.lock);
        lockFile(machine, { pid: process.pid, host, token: "next" }, 0);
        takenNs = changedNs();
      }
      return Date.now();
    };
    expect(takeLock(machine.home.lock, nowMs)).toBe(undefined);
    // The file was not moved aside and back, which would change its ctime.
    expect(changedNs()).toBe(takenNs);
    expect(JSON.parse(readFileSync(machine.home.lock, "utf8")).token).toBe("next");
  },
);

test("a stale lock is left to the process that removes it, for a minute if that one was killed", () => {
  const machine = lab(undefined);
  lockFile(machine, { pid: deadPid(), host }, 0);
  writeFileSync(`${machine.home.lock}.removing`, "");
  const now = Date.now();
  expect(takeLock(machine.home.lock, () => now)).toBe(undefined);
  expect(takeLock(machine.home.lock, () => now + 61_000)).toBe(undefined);
  const lock = takeLock(machine.home.lock, () => now + 61_000);
  expect(lock?.isHeld()).toBe(true);
  lock?.release();
  expect(readdirSync(dirname(machine.home.lock)).filter((name) => name.includes(".lock"))).toEqual([]);
});

test("of many processes that take a lock again and again, and of which some are killed while they have it, one has it at a time", async () => {
  const folder = temporaryFolder();
  const program = join(folder, "take.cjs");
  await build({
    stdin: {
      contents: `
        import { rmSync, writeFileSync } from "node:fs";
        import { takeLock } from "./src/state/lock.ts";
        const [path, inside] = process.argv.slice(2);
        for (let taken = 0; taken < 250; ) {
          const lock = takeLock(path);
          if (lock === undefined) continue;
          taken++;
          try {
            writeFileSync(inside, "", { flag: "wx" });
          } catch {
            process.exit(1);
          }
          rmSync(inside);
          if (taken === 249) process.kill(process.pid, "SIGKILL");
          lock.release();
        }`,
      resolveDir: process.cwd(),
      loader: "ts",
    },
    bundle: true,
    platform: "node",
    format: "cjs",
    outfile: program,
  });
  const ends = Array.from({ length: 10 }, async () => {
    const taker = spawn(process.execPath, [program, join(folder, "lock"), join(folder, "inside")]);
    const [code, signal] = await once(taker, "exit");
    return code ?? signal;
  });
  expect(await Promise.all(ends)).toEqual(ends.map(() => "SIGKILL"));
});

describe("a lock that is lost", () => {
  test("a worker that loses the lock while it sends commits nothing, and the next one sends the same spans again", async () => {
    let steal = true;
    const { url, requests } = await collector(() => {
      if (steal) lockFile(machine, { pid: process.pid, host }, 0);
      steal = false;
      return {};
    });
    const machine = lab(url);
    const session = scribe("stolen");
    addTurn(machine, session);
    expect((await machine.worker()).code).toBe(0);
    expect(machine.saved(session.sessionId)?.read.main).toBe(undefined);
    expect(machine.inbox().length).toBe(1);
    expect(JSON.parse(readFileSync(machine.home.lock, "utf8")).token).toBe("theirs");
    lockFile(machine, { pid: deadPid(), host }, 0);
    expect((await machine.worker()).code).toBe(0);
    expect(turnsIn(requests)).toEqual([...session.promptIds, ...session.promptIds]);
    expect(union(requests).size).toBe(5);
  });

  test("a worker that loses the lock while it waits for a retry sends nothing more", async () => {
    const { url, requests } = await collector((_, index) => {
      // The first attempt fails. While its worker waits for the second one, another process takes the lock.
      if (index === 0) lockFile(machine, { pid: process.pid, host }, 0);
      return { status: 503 };
    });
    const machine = lab(url);
    addTurn(machine, scribe("lost-before"));
    expect((await machine.worker()).code).toBe(0);
    expect(requests.length).toBe(1);
  });
});

describe("many workers at the same time", () => {
  test("if fifty sessions stop at the same time, one worker at a time sends, and each span arrives once", async () => {
    const { url, requests } = await collector(async () => {
      running++;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return {};
    });
    let running = 0;
    let most = 0;
    const machine = lab(url);
    const sessions = Array.from({ length: 50 }, (_, index) => scribe(`stop-${index}`));
    for (const session of sessions) machine.write(session.sessionId, [...session.turn(), ...session.end()]);
    // Each hook writes its event into the inbox and starts a worker.
    const workers = sessions.map(({ sessionId }) => {
      machine.event(sessionId, { name: "SessionEnd" });
      return ended(machine.start());
    });
    const results = await Promise.all(workers);
    expect(results.filter(({ code, stderr }) => code !== 0 || stderr !== "")).toEqual([]);
    expect(most).toBe(1);
    expect(twice(requests)).toEqual([]);
    const expected = await backfill(
      machine,
      sessions.map(({ sessionId }) => sessionId),
    );
    expect(differences(union(requests), expected)).toEqual([]);
    expect(machine.inbox()).toEqual([]);
    expect(existsSync(machine.home.lock)).toBe(false);
  });

  test.each([1, 2, 3])("every event is handled while workers start and exit (seed %i)", async (seed) => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const random = randomFrom(seed);
    const sessions = Array.from({ length: 12 }, (_, index) => scribe(`wake-${seed}-${index}`));
    const workers = sessions.map(async (session) => {
      for (let turn = 0; turn < 3; turn++) {
        await new Promise((resolve) => setTimeout(resolve, random() * 700));
        addTurn(machine, session);
        await ended(machine.start());
      }
    });
    await Promise.all(workers);
    expect(machine.inbox()).toEqual([]);
    expect(turnsIn(requests).sort()).toEqual(sessions.flatMap(({ promptIds }) => promptIds).sort());
    expect(twice(requests)).toEqual([]);
  });

  test("a new event with the file name of an earlier one is handled, as in a container", async () => {
    const { url, requests } = await collector();
    const machine = lab(url);
    const [long, first, second] = [scribe("long"), scribe("first"), scribe("second")];
    const put = (session: Scribe) => {
      machine.write(session.sessionId, session.turn());
      machine.event(session.sessionId, { promptId: session.promptIds.at(-1), file: "7-0" });
    };
    // An unfinished turn keeps the worker running.
    machine.write(long.sessionId, long.turn({ unmarked: true }));
    machine.event(long.sessionId, { promptId: long.promptIds[0] });
    put(first);
    const worker = machine.start();
    await expect.poll(() => turnsIn(requests)).toEqual(first.promptIds);
    await expect.poll(() => machine.inbox().length).toBe(1);
    put(second);
    await expect.poll(() => turnsIn(requests)).toEqual([...first.promptIds, ...second.promptIds]);
    worker.kill("SIGKILL");
  });
});

/** Random numbers from 0 to 1. The same seed gives the same numbers. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}
