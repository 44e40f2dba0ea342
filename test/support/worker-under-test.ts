// Starts the worker under test as `src/worker.ts` starts the worker: with the code that an earlier one has compiled. All
// tests of a run share that code, since most start a worker that is new to its machine.

import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { openProgram } from "../../src/code-cache.ts";
import { interpretOnly } from "../../src/files/v8-flags.ts";
import { sha256 } from "../../src/sha256.ts";

require("node:http");
interpretOnly(setFlagsFromString);
const { DIE_AT, FAIL_FROM, STEPS_FILE } = process.env;
const { script, isCached, save } = openProgram(join(__dirname, "worker-code-under-test.cjs"), {
  file: join(__dirname, "worker-code.cache"),
  digest: sha256,
});
const program = { exports: {} as { hasSent: Promise<boolean> } };
script.runInThisContext()(program.exports, require, program);
program.exports.hasSent.then((hasSent) => {
  // To write the file is a step, too, and steps are counted.
  const hasCountedSteps = [DIE_AT, FAIL_FROM, STEPS_FILE].some((setting) => setting !== undefined);
  if (hasSent && !isCached && !hasCountedSteps) save();
  process.exit();
});
