import { homedir } from "node:os";
import { join } from "node:path";
import { openProgram } from "./code-cache.ts";
import { usualHome } from "./config/home-folder.ts";

// What the hook starts: the worker, compiled by an earlier one. Compiling takes a sixth of a Stop's processor time.
const state = process.env.CCOTEL_HOME || usualHome(homedir());
const { script, save } = openProgram(join(__dirname, "worker-code.cjs"), join(state, "worker-code.cache"));
const module = { exports: {} as { hasSent: Promise<boolean> } };
script.runInThisContext()(module.exports, require, module);
module.exports.hasSent.then((hasSent) => {
  // One that had nothing to send has not called what most of them will.
  if (hasSent) save();
});
