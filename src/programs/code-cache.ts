import { closeSync, fstatSync, readFileSync } from "node:fs";
import { Script } from "node:vm";
import { writeAtomic } from "../disk/atomic-write.ts";
import { openFile } from "../disk/read.ts";

/** Where the compiled code of a program is kept, and the digest that tells whole code from damaged code. */
interface CodeCache {
  file: string;
  digest: Digest;
}

export interface Digest {
  /** Its length in bytes. */
  readonly bytes: number;
  /** The digest of all parts together. */
  of(parts: readonly (string | Uint8Array)[]): Buffer;
}

const MAX_CACHE_BYTES = 16 << 20;

/** A program with V8's compiled code from an earlier process, if there is any. The build makes it one function. */
export interface CachedProgram {
  /** Returns the program as a function of the arguments of a CommonJS module. */
  script: Script;
  /** Whether the code came from the cache. */
  isCached: boolean;
  /**
   * Takes the code of all functions called so far, for `save`. To be called before V8's flags are changed: V8 accepts
   * code only under the flags that it was taken with.
   */
  take(): void;
  /** Saves the code for the next process: what was taken or, if nothing was, the code as it is now. Ignores errors. */
  save(): void;
}

/**
 * Compiles a bundle of ASCII text, which is the function of a CommonJS module. Uses the cached code only if its file is
 * a regular file of this user that no one else can write, and if its digest matches this version of Node, this source
 * and the code. V8 itself checks only the length of the source, and a damaged file would crash the process.
 */
export function openProgram(sourceFile: string, cache?: CodeCache): CachedProgram {
  const bytes = readFileSync(sourceFile);
  const source = bytes.toString("latin1");
  const belonging = (code: Uint8Array) => [
    `${process.version} ${process.arch} ${bytes.length}\n`,
    bytes,
    code,
  ];
  const cachedData = cache === undefined ? undefined : readCache(cache, belonging);
  const script = new Script(source, {
    filename: sourceFile,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  let taken: Buffer | undefined;
  return {
    script,
    isCached: cachedData !== undefined && script.cachedDataRejected !== true,
    take() {
      taken = script.createCachedData();
    },
    save() {
      if (cache === undefined) return;
      try {
        const code = taken ?? script.createCachedData();
        // After a power cut the content may be lost. Its digest then does not match.
        writeAtomic(cache.file, Buffer.concat([cache.digest.of(belonging(code)), code]), {
          isFlushed: false,
        });
      } catch {
        // The disk is full or the folder is not writable. The next process compiles again.
      }
    },
  };
}

/** `belonging`: the parts of the digest of some code. */
function readCache(
  { file, digest }: CodeCache,
  belonging: (code: Uint8Array) => (string | Uint8Array)[],
): Buffer | undefined {
  try {
    const fd = openFile(file, MAX_CACHE_BYTES);
    try {
      const { uid, mode } = fstatSync(fd);
      const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
      if (!isOurs) return undefined;
      const bytes = readFileSync(fd);
      const code = bytes.subarray(digest.bytes);
      return digest.of(belonging(code)).equals(bytes.subarray(0, digest.bytes)) ? code : undefined;
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}
