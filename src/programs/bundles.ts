import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { KeptCode } from "../cli/io.ts";
import { nativeCrc32 } from "../crc32.ts";
import { ensurePrivateFolder } from "../disk/private.ts";
import { type CachedProgram, type Digest, openProgram } from "./code-cache.ts";

/** The bundles of the command line, which load each other. */
interface Bundles {
  /** Loads a bundle and what it needs. Returns its exports. `name`: as in `require("./ccotel-main.cjs")`. */
  load(name: string): unknown;
  /** The compiled code of the bundles that are loaded. */
  code: KeptCode;
}

/**
 * Opens the bundles in a folder. `cache`: a folder for their compiled code, two levels below a state folder. Without
 * it, or before Node 20.15, all code is compiled.
 */
export function openBundles(folder: string, cache?: string): Bundles {
  const digest = cache === undefined ? undefined : checksum();
  const modules = new Map<string, { exports: unknown }>();
  const programs: CachedProgram[] = [];

  function load(name: string): unknown {
    if (!name.startsWith("./ccotel-")) return require(name);
    const known = modules.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    modules.set(name, module);
    const kept =
      cache === undefined || digest === undefined
        ? undefined
        : { file: join(cache, name.replace(/\.cjs$/, ".cache")), digest };
    const program = openProgram(join(folder, name), kept);
    programs.push(program);
    program.script.runInThisContext()(module.exports, load, module);
    return module.exports;
  }

  const isKept = () => programs.every(({ isCached }) => isCached);
  let taken: readonly CachedProgram[] | undefined;

  function take(): void {
    if (cache === undefined || digest === undefined || isKept()) return;
    try {
      for (const program of programs) program.take();
      taken = [...programs];
    } catch {
      // Nothing can be kept any more. The next process compiles again.
      taken = [];
    }
  }

  function keep(): void {
    if (cache === undefined || digest === undefined || isKept()) return;
    const all = dirname(cache);
    try {
      // A command that has kept nothing else makes no state folder.
      if (!existsSync(dirname(all))) return;
      for (const each of [all, cache]) ensurePrivateFolder(each);
      for (const program of taken ?? programs) program.save();
    } catch {
      // The folder is not writable. The next process compiles again.
    }
  }

  return { load, code: { isKept, take, keep } };
}

/** CRC-32: SHA-256 takes longer to load than all bundles. */
function checksum(): Digest | undefined {
  const crc32 = nativeCrc32();
  if (crc32 === undefined) return undefined;
  return {
    bytes: 4,
    of(parts) {
      let sum = 0;
      for (const part of parts) sum = crc32(part, sum);
      const bytes = Buffer.allocUnsafe(4);
      bytes.writeUInt32LE(sum);
      return bytes;
    },
  };
}
