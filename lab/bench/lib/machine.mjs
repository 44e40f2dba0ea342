// A home of its own in which ccotel is set up by its own command, and the hook as a client would run it. The worker is
// timed by a shell in front of it, since it is an orphan whose end nobody else learns of.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const BUILT = fileURLToPath(new URL("../../../dist/ccotel.cjs", import.meta.url));
const USAGE = fileURLToPath(new URL("report-usage.cjs", import.meta.url));

/** Sets ccotel up below `folder`, to send to `endpoint`; `node` is the program that runs the worker. */
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
    /** What Claude Code says to the hook; old clients name no prompt. */
    stop: ({ path, sessionId }, promptId) =>
      JSON.stringify({
        session_id: sessionId,
        transcript_path: path,
        prompt_id: promptId,
        cwd: "/home/dev/acme-shop",
        hook_event_name: "Stop",
        stop_hook_active: false,
      }),
    /** How many workers have ended, and the processor time of the last one in ms. */
    ended() {
      const lines = readFileSync(times, "utf8").split("\n").filter(Boolean);
      return { count: lines.length, cpuMs: cpuMsOf(lines.at(-1) ?? "0 0") };
    },
    /** The largest memory of the last worker that was asked for it, in MB. */
    worker: () => JSON.parse(readFileSync(usage, "utf8")),
    askForTimes: () => writeFileSync(watcher, watching([node], times, usage)),
    /** From now on the worker says how much memory it took; that costs processor time. */
    askForMemory: () => writeFileSync(watcher, watching([node, "--require", USAGE], times, usage)),
    /** Ends a worker that waits for a backend which never answers. */
    dismiss() {
      const lock = join(home, ".ccotel", "worker.lock");
      if (existsSync(lock)) process.kill(JSON.parse(readFileSync(lock, "utf8")).pid);
    },
  };
}

/** Waits until so many workers have ended; then nothing of ours runs. */
export async function workersEnded(machine, count) {
  for (let waitedMs = 0; machine.ended().count < count; waitedMs += 10) {
    if (waitedMs > 300_000) throw new Error("A worker has not come to its end within five minutes.");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Processor time of a program and what it waits for, in ms, by the clock of the shell that starts it. */
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
  // The hook tries its Node first; that is no worker.
  return `#!/bin/bash\n[ "$1" = --version ] && exec ${program} --version\nexport BENCH_USAGE='${usage}'\n${TIMED} ${program} "$@" >/dev/null 2>&1; } 2>>'${times}'\n`;
}

function cpuMsOf(line) {
  const [user, system] = line.trim().split(" ").map(Number);
  return 1000 * (user + system);
}

/** Takes the whole of a folder away, also while an orphan still writes into it. */
export function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
