// A home folder in which ccotel is set up by its own command, and the hook as a client runs it. A shell in front of the
// worker measures its time, because the worker is an orphan process and no other process learns of its end.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const BUILT = fileURLToPath(new URL("../../../dist/ccotel.cjs", import.meta.url));
const USAGE = fileURLToPath(new URL("report-usage.cjs", import.meta.url));

/** Sets up ccotel below `folder`, to send to `endpoint`. `node` is the program that runs the worker. */
export function createMachine(folder, endpoint, node = process.execPath) {
  const home = mkdtempSync(join(folder, "home-"));
  const env = { PATH: process.env.PATH, HOME: home, LC_ALL: "C" };
  const setup = ["--preset", "generic", "--endpoint", endpoint, "--native", "off", "--yes", "--no-check"];
  execFileSync(process.execPath, [BUILT, "configure", ...setup], { env, stdio: "ignore" });
  const { hooks } = JSON.parse(readFileSync(join(home, ".claude", "settings.json"), "utf8"));
  const { command, args } = hooks.Stop[0].hooks[0];
  const entry = args === undefined ? ["/bin/sh", "-c", command] : [command, ...args];
  const times = join(home, "worker-times");
  const usage = join(home, "worker-usage");
  writeFileSync(times, "");
  const watcher = join(home, "node");
  writeFileSync(watcher, watching([node], times, usage));
  chmodSync(watcher, 0o755);
  writeFileSync(join(home, ".ccotel", "bin", "node-path"), `${watcher}\n`);
  const projects = join(home, ".claude", "projects");
  mkdirSync(projects, { recursive: true });

  return {
    home,
    env,
    projects,
    tool: BUILT,
    entry,
    /** The Stop event that Claude Code passes to the hook. Old clients send no prompt id. */
    stop: ({ path, sessionId }, promptId) =>
      JSON.stringify({
        session_id: sessionId,
        transcript_path: path,
        prompt_id: promptId,
        cwd: "/home/dev/acme-shop",
        hook_event_name: "Stop",
        stop_hook_active: false,
      }),
    /** The number of workers that have exited, and the processor time of the last one in ms. */
    ended() {
      const lines = readFileSync(times, "utf8").split("\n").filter(Boolean);
      return { count: lines.length, cpuMs: cpuMsOf(lines.at(-1) ?? "0 0") };
    },
    /** Peak memory in MB of the last worker that measured it. */
    worker: () => JSON.parse(readFileSync(usage, "utf8")),
    askForTimes: () => writeFileSync(watcher, watching([node], times, usage)),
    /** From now on, workers write down their peak memory, which costs processor time. */
    askForMemory: () => writeFileSync(watcher, watching([node, "--require", USAGE], times, usage)),
    /** Kills a worker that waits for a backend that never answers. */
    dismiss() {
      const lock = join(home, ".ccotel", "worker.lock");
      if (existsSync(lock)) process.kill(JSON.parse(readFileSync(lock, "utf8")).pid);
    },
  };
}

/** Waits until `count` workers have exited. Then no ccotel process runs. */
export async function workersEnded(machine, count) {
  for (let waitedMs = 0; machine.ended().count < count; waitedMs += 10) {
    if (waitedMs > 300_000) throw new Error("A worker has not come to its end within five minutes.");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Processor time in ms of a program and the children it waits for, measured by the shell that starts it. */
export function cpuMsOfRun(args, options) {
  const { stderr } = spawnSync("bash", ["-c", `${TIMED} "$@" >/dev/null 2>&1; }`, "bash", ...args], {
    encoding: "utf8",
    ...options,
  });
  return cpuMsOf(stderr);
}

const TIMED = "TIMEFORMAT='%3U %3S'; { time";

function watching(words, times, usage) {
  const program = words.map((word) => `'${word}'`).join(" ");
  // The hook first checks that its Node runs. That call is not a worker.
  return `#!/bin/bash\n[ "$1" = --version ] && exec ${program} --version\nexport BENCH_USAGE='${usage}'\n${TIMED} ${program} "$@" >/dev/null 2>&1; } 2>>'${times}'\n`;
}

function cpuMsOf(line) {
  const [user, system] = line.trim().split(" ").map(Number);
  return 1000 * (user + system);
}

/** Removes a folder, even if an orphan process still writes into it. */
export function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
