import { createHash } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { interpretOnly } from "../files/v8-flags.ts";
import { type Digest, openProgram } from "./code-cache.ts";

/** The worker needs SHA-256 anyway. */
const sha256: Digest = {
  bytes: 32,
  of(parts) {
    const hash = createHash("sha256");
    for (const part of parts) hash.update(part);
    return hash.digest();
  },
};

/**
 * `require` with a memory of its own: each of the program's modules asks for what it imports, and Node takes 5 to 10 µs
 * for an answer that it has given before.
 */
function remember(load: NodeJS.Require): (name: string) => unknown {
  const known = new Map<string, unknown>();
  return (name) => {
    let found = known.get(name);
    if (found === undefined) {
      found = load(name);
      known.set(name, found);
    }
    return found;
  };
}

/**
 * Runs the worker with the code that an earlier one has compiled, and ends the process when it is done. Compiling takes
 * a third of a Stop's processor time. `program`, `cache`: paths of the worker's bundle and of its compiled code.
 * `keepsCode`: whether the code is written if it is not there.
 */
export function startWorker(program: string, cache: string, { keepsCode = true } = {}): void {
  // The last Node module that a Stop needs: after the change of flags, V8 would compile it again.
  require("node:http");
  interpretOnly(setFlagsFromString);
  const { script, isCached, save } = openProgram(program, { file: cache, digest: sha256 });
  const worker = { exports: {} as { hasSent: Promise<boolean> } };
  script.runInThisContext()(worker.exports, remember(require), worker);
  worker.exports.hasSent.then((hasSent) => {
    // A worker with nothing to send has not called most of the functions that other workers need.
    if (hasSent && !isCached && keepsCode) save();
    // All work is done and on disk, so skip closing handles and freeing the heap. The exception is a notification on
    // Windows, a child that would end with this process.
    if (!process.getActiveResourcesInfo().includes("ProcessWrap")) process.exit();
  });
}
