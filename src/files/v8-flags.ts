import type { setFlagsFromString } from "node:v8";

type SetFlag = typeof setFlagsFromString;

/** Flags are V8's own, and a Node that no longer knows one says so aloud: these were tried up to this version. */
const LAST_TRIED_NODE = 24;

const NODE = Number.parseInt(process.versions.node, 10);

/** V8's optimizing compilers. Maglev is on by itself from Node 24 on; before, it is not to be switched on. */
const OPTIMIZERS = NODE < 24 ? ["opt"] : ["opt", "maglev"];

/**
 * Lets code run longer before it is optimized. V8 optimizes for programs that run for minutes: in a command that reads
 * 300 MB within two seconds, its compilers took a third of the processor time, in threads of their own.
 */
const OPTIMIZE_LATE =
  NODE >= 22 ? ["--invocation-count-for-turbofan=30000"] : NODE === 20 ? ["--interrupt-budget=1200000"] : [];

/** So much to read is a lot: the flags for it are set once it has been read. */
const MANY_BYTES = 2_000_000;

let bytesLeft = MANY_BYTES;
let flagsOfMany: readonly string[] = OPTIMIZE_LATE;

let isSmall = false;

/**
 * Keeps V8 from optimizing code: a Stop is over before that pays, and the compilers take a fifth of its processor time.
 * To be called once Node's modules are loaded, since those that are loaded behind a change of flags are compiled anew,
 * and before a program's compiled code is used, since V8 takes code only under the flags that it was made with.
 */
export function interpretOnly(setFlag: SetFlag): void {
  if (NODE > LAST_TRIED_NODE) return;
  for (const name of OPTIMIZERS) setFlag(`--no-${name}`);
}

/** In a process that began with `interpretOnly`: one that turns out to read a lot optimizes as any other. */
export function optimizeIfMuchIsRead(): void {
  flagsOfMany = [...OPTIMIZE_LATE, ...OPTIMIZERS.map((name) => `--${name}`)];
}

/** Told of all that is read of transcripts. */
export function noteRead(bytes: number): void {
  bytesLeft -= bytes;
  if (bytesLeft >= 0) return;
  bytesLeft = Number.POSITIVE_INFINITY;
  setFlags(flagsOfMany);
}

/**
 * Keeps the heap of a process that reads a lot near what it needs. By itself V8 lets garbage grow to several times that,
 * 150 to 270 MB instead of 90 to 125 for a session of 500 MB, for no gain in time: what is read is forgotten at once.
 */
export function keepHeapSmall(): void {
  if (isSmall) return;
  isSmall = true;
  setFlags(["--semi-space-growth-factor=1", "--heap-growing-percent=100"]);
}

function setFlags(flags: readonly string[]): void {
  if (NODE > LAST_TRIED_NODE) return;
  // Who reads little does not load the module. Where it can be had at once, the very next lines are read with the
  // flags; before Node 20.16, those behind the next wait.
  const v8 = process.getBuiltinModule?.("node:v8");
  const set = ({ setFlagsFromString: setFlag }: { setFlagsFromString: SetFlag }) => {
    for (const flag of flags) setFlag(flag);
  };
  if (v8 === undefined) void import("node:v8").then(set);
  else set(v8);
}
