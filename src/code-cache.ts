import { createHash } from "node:crypto";
import { closeSync, fstatSync, readFileSync } from "node:fs";
import { Script } from "node:vm";
import { writeAtomic } from "./disk/atomic-write.ts";
import { openFile } from "./disk/read.ts";

const DIGEST_BYTES = 32;
const MAX_CACHE_BYTES = 16 << 20;

/** A program with V8's compiled code from an earlier process, if there is any. */
interface CachedProgram {
  /** Returns the program as a function of the arguments of a CommonJS module. */
  script: Script;
  /** Saves the code for the next process, including all functions called so far. Ignores errors. */
  save(): void;
}

/**
 * Compiles a CommonJS bundle of ASCII text. Uses `cacheFile` only if it is a regular file of this user that no one else
 * can write, and if its digest matches this version of Node, this source and the code. V8 itself checks only the length
 * of the source, and a damaged file would crash the process.
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
        // The disk is full or the folder is not writable. The next process compiles again.
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
