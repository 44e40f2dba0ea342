import { homedir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { openProgram } from "./code-cache.ts";
import { usualHome } from "./config/home-folder.ts";
import { interpretOnly } from "./files/v8-flags.ts";
import { sha256 } from "./sha256.ts";

// The program that the hook starts: the worker, with the code that an earlier worker compiled. Compiling takes a third
// of a Stop's processor time. Load the last Node module that a Stop needs here: after the change of flags, V8 would
// compile it again.
require("node:http");
interpretOnly(setFlagsFromString);
const state = process.env.CCOTEL_HOME || usualHome(homedir());
const { script, isCached, save } = openProgram(join(__dirname, "worker-code.cjs"), {
  file: join(state, "worker-code.cache"),
  digest: sha256,
});
const module = { exports: {} as { hasSent: Promise<boolean> } };
script.runInThisContext()(module.exports, require, module);
module.exports.hasSent.then((hasSent) => {
  // A worker with nothing to send has not called most of the functions that other workers need.
  if (hasSent && !isCached) save();
  // All work is done and on disk, so skip closing handles and freeing the heap. The exception is a notification on
  // Windows, a child that would end with this process.
  if (!process.getActiveResourcesInfo().includes("ProcessWrap")) process.exit();
});
