import { homedir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { openProgram } from "./code-cache.ts";
import { usualHome } from "./config/home-folder.ts";
import { interpretOnly } from "./files/v8-flags.ts";

// What the hook starts: the worker, compiled by an earlier one. Compiling takes a third of a Stop's processor time.
// Of Node's modules, the last one that a Stop needs: behind the change of flags, it would be compiled anew.
require("node:http");
interpretOnly(setFlagsFromString);
const state = process.env.CCOTEL_HOME || usualHome(homedir());
const { script, save } = openProgram(join(__dirname, "worker-code.cjs"), join(state, "worker-code.cache"));
const module = { exports: {} as { hasSent: Promise<boolean> } };
script.runInThisContext()(module.exports, require, module);
module.exports.hasSent.then((hasSent) => {
  // One that had nothing to send has not called what most of them will.
  if (hasSent) save();
  // All is done and on disk, so nothing has to be closed and the heap need not be taken apart. Only a notification on
  // Windows is a child that would end with this process.
  if (!process.getActiveResourcesInfo().includes("ProcessWrap")) process.exit();
});
