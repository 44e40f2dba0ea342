// The worker, in a process of its own, with the faults of steps.ts; it may also live in another time, or in haste.

import { homeAt } from "../../src/state/home.ts";
import { realWorld } from "../../src/state/world.ts";
import { runWorker } from "../../src/worker/worker.ts";
import { original } from "./steps.ts";

const { CCOTEL_HOME = "", CLOCK_OFFSET_MS, HASTE = "1" } = process.env;
const nowMs = () => Date.now() + Number(CLOCK_OFFSET_MS ?? 0);
const world = realWorld(homeAt(CCOTEL_HOME), process.env, nowMs);
// How long the worker has meant to wait, however busy the machine is. Waits at one time count once.
let waitedMs = 0;
process.once("exit", () => original.writeSync?.(1, String(waitedMs)));
// Whoever waits waits a part of the time, and takes it for the whole.
runWorker({
  ...world,
  ticks: () => world.ticks() * Number(HASTE),
  async sleep(ms, how) {
    const until = how === "background" ? 0 : waitedMs + ms;
    await world.sleep(ms / Number(HASTE), how);
    waitedMs = Math.max(waitedMs, until);
  },
}).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
