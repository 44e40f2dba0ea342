// Starts the worker under test as `src/programs/worker.ts` starts the worker. All tests of a run share its compiled code,
// because most of them start the first worker of a machine.

import { join } from "node:path";
import { startWorker } from "../../src/programs/start-worker.ts";

const { DIE_AT, FAIL_FROM, STEPS_FILE } = process.env;
startWorker(join(__dirname, "worker-code-under-test.cjs"), join(__dirname, "worker-code.cache"), {
  // Writing the file would be a step as well, and these tests count steps.
  keepsCode: [DIE_AT, FAIL_FROM, STEPS_FILE].every((setting) => setting === undefined),
});
