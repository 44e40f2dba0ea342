import { createHash } from "node:crypto";
import { closeSync, fstatSync, readFileSync } from "node:fs";
import { Script } from "node:vm";
import { writeAtomic } from "./disk/atomic-write.ts";
import { openFile } from "./disk/read.ts";

const DIGEST_BYTES = 32;
const MAX_CACHE_BYTES = 16 << 20;

/** A program whose code V8 need not compile again, where an earlier process has left it compiled. */
export interface CachedProgram {
  /** The program as a function of what a CommonJS module is given. */
  script: Script;
  /** Leaves the code for the next process, with all functions that have been called by now. Fails silently. */
  save(): void;
}

/**
 * Compiles a CommonJS bundle of ASCII text. `cacheFile` is believed only where it is a regular file of this user's that
 * nobody else can write, and holds a digest of this Node, this very source and the code itself: V8 looks at no more than
 * the length of the source, and a damaged file would end the process.
 */
export function openProgram(sourceFile: string, cacheFile: string): CachedProgram {
  const bytes = readFileSync(sourceFile);
  const source = `(function (exports, require, module) {${bytes.toString("latin1")}\n})`;
  const cachedData = readCache(cacheFile, bytes);
  const script = new Script(source, {
    filename: sourceFile,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  const isCached = cachedData !== undefined && script.cachedDataRejected !== true;
  return {
    script,
    save() {
      if (isCached) return;
      try {
        const code = script.createCachedData();
        writeAtomic(cacheFile, Buffer.concat([digestOf(bytes, code), code]));
      } catch {
        // A full disk, or a folder that cannot be written: the next process compiles, too.
      }
    },
  };
}

function readCache(file: string, source: Buffer): Buffer | undefined {
  try {
    const fd = openFile(file, MAX_CACHE_BYTES);
    try {
      const { uid, mode } = fstatSync(fd);
      const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
      if (!isOurs) return undefined;
      const bytes = readFileSync(fd);
      const code = bytes.subarray(DIGEST_BYTES);
      return digestOf(source, code).equals(bytes.subarray(0, DIGEST_BYTES)) ? code : undefined;
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}

function digestOf(source: Buffer, code: Buffer): Buffer {
  const hash = createHash("sha256").update(`${process.version} ${process.arch} ${source.length}\n`);
  return hash.update(source).update(code).digest();
}
