import type { setFlagsFromString } from "node:v8";

type SetFlag = typeof setFlagsFromString;

/**
 * Flags are internal to V8. Node prints an error for a flag that it does not know, so flags are only set up to this
 * version, the last one tried.
 */
const LAST_TRIED_NODE = 24;

const NODE = Number.parseInt(process.versions.node, 10);

/**
 * V8's compilers behind its interpreter. Maglev is on by default from Node 24 on. In earlier versions it must not be
 * switched on. With Node 20, the baseline compiler pays for a Stop, too.
 */
const COMPILERS = ["opt", ...(NODE >= 22 ? ["sparkplug"] : []), ...(NODE >= 24 ? ["maglev"] : [])];

/**
 * Delays optimization. V8 optimizes for programs that run for minutes. In a command that reads 300 MB within two
 * seconds, its compilers took a third of the processor time, in threads of their own.
 */
const OPTIMIZE_LATE =
  NODE >= 22 ? ["--invocation-count-for-turbofan=30000"] : NODE === 20 ? ["--interrupt-budget=1200000"] : [];

/** From this many bytes on, a process reads a lot, and the flags for it are set. */
const MANY_BYTES = 2_000_000;

let bytesLeft = MANY_BYTES;
let flagsOfMany: readonly string[] = OPTIMIZE_LATE;

let isSmall = false;
let isUntouched = true;
let beforeChange: (() => void) | undefined;

/**
 * Keeps V8 from compiling code beyond its bytecode: a Stop ends before that pays, and the compilers take a fifth of its
 * processor time.
 *
 * Call it once Node's modules are loaded, since modules that are loaded after a change of flags are compiled again.
 * Call it before compiled code of the program is used, since V8 accepts such code only under the flags that it was made
 * with.
 */
export function interpretOnly(setFlag: SetFlag): void {
  if (NODE > LAST_TRIED_NODE) return;
  isUntouched = false;
  for (const name of COMPILERS) setFlag(`--no-${name}`);
}

/** For a process that called `interpretOnly`: lets it optimize like any other once it has read a lot. */
export function optimizeIfMuchIsRead(): void {
  flagsOfMany = [...OPTIMIZE_LATE, ...COMPILERS.map((name) => `--${name}`)];
}

/**
 * Whether all flags are those that the process started with. V8 accepts compiled code only under the flags that it was
 * saved with, and on Node 22 even a flag that is set back counts as another.
 */
export function areFlagsUntouched(): boolean {
  return isUntouched;
}

/** Has `call` called before the first flag is changed because much is read. */
export function beforeFlagsChange(call: () => void): void {
  beforeChange = call;
}

/** Counts the bytes that are read from transcripts. Sets the flags once they exceed `MANY_BYTES`. */
export function noteRead(bytes: number): void {
  bytesLeft -= bytes;
  if (bytesLeft >= 0) return;
  bytesLeft = Number.POSITIVE_INFINITY;
  setFlags(flagsOfMany);
}

/**
 * Keeps the heap of a process that reads a lot close to what it needs. By default, V8 lets garbage grow to several
 * times that size: 150 to 270 MB instead of 90 to 125 MB for a session of 500 MB. This saves no time, since everything
 * that is read is dropped at once.
 */
export function keepHeapSmall(): void {
  if (isSmall) return;
  isSmall = true;
  setFlags(["--semi-space-growth-factor=1", "--heap-growing-percent=100"]);
}

function setFlags(flags: readonly string[]): void {
  if (NODE > LAST_TRIED_NODE) return;
  if (isUntouched) beforeChange?.();
  isUntouched = false;
  // A process that reads little does not load the module. With `getBuiltinModule`, the flags apply from the next line
  // that is read. Before Node 20.16, they apply after the next wait.
  const v8 = process.getBuiltinModule?.("node:v8");
  const set = ({ setFlagsFromString: setFlag }: { setFlagsFromString: SetFlag }) => {
    for (const flag of flags) setFlag(flag);
  };
  if (v8 === undefined) void import("node:v8").then(set);
  else set(v8);
}
