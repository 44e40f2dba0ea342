// Starts the worker under test as `src/worker.ts` starts the worker. All tests of a run share its compiled code, since
// most start a worker that is new to its machine.

import { join } from "node:path";
import { startWorker } from "../../src/start-worker.ts";

const { DIE_AT, FAIL_FROM, STEPS_FILE } = process.env;
startWorker(join(__dirname, "worker-code-under-test.cjs"), join(__dirname, "worker-code.cache"), {
  // To write the file is a step, too, and steps are counted.
  keepsCode: [DIE_AT, FAIL_FROM, STEPS_FILE].every((setting) => setting === undefined),
});
