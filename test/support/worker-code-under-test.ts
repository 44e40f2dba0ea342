// The worker's code, with the faults of steps.ts. `CLOCK_OFFSET_MS` shifts its clock. `HASTE` is the
// factor by which its time runs faster.

import { homeAt } from "../../src/state/home.ts";
import { realWorld } from "../../src/state/world.ts";
import { runWorker } from "../../src/worker/worker.ts";
import { original } from "./steps.ts";

const { CCOTEL_HOME = "", CLOCK_OFFSET_MS, HASTE = "1" } = process.env;
const nowMs = () => Date.now() + Number(CLOCK_OFFSET_MS ?? 0);
const world = realWorld(homeAt(CCOTEL_HOME), process.env, nowMs);
// Total of the worker's intended waits in ms, independent of the machine's load. Parallel waits count once.
let waitedMs = 0;
process.once("exit", () => original.writeSync?.(1, String(waitedMs)));
// A wait of n ms takes n / HASTE ms of real time. The worker's clock runs faster by the same factor.
export const hasSent: Promise<boolean> = runWorker({
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
  return false;
});
