import type { Env } from "../config/source.ts";
import { ticksMs } from "../ticks.ts";
import type { Home } from "./home.ts";
import { appendLine } from "./log.ts";

/** Everything outside this process that a delivery depends on. Tests replace it to control the clock. */
export interface World {
  home: Home;
  env: Env;
  /** The wall clock, in epoch ms. It may jump. */
  nowMs: () => number;
  /** A clock that never jumps, in milliseconds. */
  ticks: () => number;
  /** Waits for `ms`. `background`: the wait does not keep the process alive. */
  sleep: (ms: number, how?: "background") => Promise<void>;
  /** Appends a line to the log, after the time. */
  log: (line: string) => void;
}

/** The real clock and log. `nowMs` is for tests. */
export function realWorld(home: Home, env: Env, nowMs: () => number = Date.now): World {
  return {
    home,
    env,
    nowMs,
    ticks: ticksMs,
    sleep: (ms, how) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        if (how === "background") timer.unref();
      }),
    log: (line) => appendLine(home.log, `${new Date(nowMs()).toISOString()} ${line}`),
  };
}
