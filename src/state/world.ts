import type { Env } from "../config/source.ts";
import { ticksMs } from "../ticks.ts";
import type { Home } from "./home.ts";
import { appendLine } from "./log.ts";

/** Everything outside of this process that a delivery depends on. A test that holds it holds the clock. */
export interface World {
  home: Home;
  env: Env;
  /** The wall clock, in milliseconds since the epoch. It may jump. */
  nowMs: () => number;
  /** A clock that never jumps, in milliseconds. */
  ticks: () => number;
  /** `background`: does not keep the process from ending. */
  sleep: (ms: number, how?: "background") => Promise<void>;
  /** Adds a line to the log, with the time before it. */
  log: (line: string) => void;
}

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
