import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { onTestFinished } from "vitest";

/** The files that this process opens and reads from now until the end of the test. */
export interface Reads {
  /** Paths that end with `suffix`, once for each time they were opened, in order. */
  opened(suffix: string): string[];
  /** Number of bytes read from files whose path ends with `suffix`. */
  bytes(suffix: string): number;
  reset(): void;
}

/** Wraps Node's own functions, so that every read is counted. */
export function countReads(): Reads {
  const openings: string[] = [];
  const paths = new Map<number, string>();
  let readings: { path: string; bytes: number }[] = [];
  const { openSync, readSync, readFileSync } = fs;
  const open = (...args: Parameters<typeof openSync>) => {
    const fd = openSync(...args);
    openings.push(String(args[0]));
    paths.set(fd, String(args[0]));
    return fd;
  };
  const read = (...args: unknown[]) => {
    const bytes = (readSync as (...args: unknown[]) => number)(...args);
    readings.push({ path: paths.get(args[0] as number) ?? "", bytes });
    return bytes;
  };
  const readFile = (...args: unknown[]) => {
    const content = (readFileSync as (...args: unknown[]) => string | Buffer)(...args);
    openings.push(String(args[0]));
    readings.push({ path: String(args[0]), bytes: content.length });
    return content;
  };
  Object.assign(fs, { openSync: open, readSync: read, readFileSync: readFile });
  syncBuiltinESMExports();
  onTestFinished(() => {
    Object.assign(fs, { openSync, readSync, readFileSync });
    syncBuiltinESMExports();
  });
  return {
    opened: (suffix) => openings.filter((path) => path.endsWith(suffix)),
    bytes: (suffix) =>
      readings.filter(({ path }) => path.endsWith(suffix)).reduce((sum, { bytes }) => sum + bytes, 0),
    reset() {
      openings.length = 0;
      readings = [];
    },
  };
}
