import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import fc from "fast-check";
import { filesOfSession } from "./recordings.ts";

/** A transcript, main or an agent's, that is being written again as its client wrote it. */
interface GrowingFile {
  path: string;
  bytes: Buffer;
  written: number;
  /** Ends of its lines, each with the time at which it was on disk at the latest. */
  lines: { end: number; atMs: number }[];
  /** How many of them there are up to the last one that has a time of its own. */
  timedLines: number;
  meta?: { path: string; content: string; finished: boolean };
}

/** A copy of a session in a folder of its own, whose files grow as the test says. */
export interface GrowingSession {
  path: string;
  files: GrowingFile[];
  /** Times at which nobody wrote anything for a while. */
  quietTimes: number[];
  /** Appends up to `bytes` bytes to the file, but not what was written after `untilMs`. */
  grow(file: number, bytes: number, untilMs: number): void;
  /** Writes all that had been written at the time. */
  growUntil(atMs: number): void;
  remove(): void;
}

/** A client's buffers, one for each file, are on disk after so long at the latest. */
const FLUSH_MS = 200;

/** Files that have not grown for so long are quiet. */
const QUIET_MS = 300;

export function growSession(transcript: string): GrowingSession {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-growing-"));
  const place = (path: string) => join(folder, relative(dirname(transcript), path));
  const paths = filesOfSession(transcript);
  // A fork's source is there before it.
  for (const name of readdirSync(dirname(transcript))) {
    const other = join(dirname(transcript), name);
    if (name.endsWith(".jsonl") && !paths.includes(other)) copyFileSync(other, place(other));
  }
  const files = paths
    .filter((path) => path.endsWith(".jsonl"))
    .map((path): GrowingFile => {
      const bytes = readFileSync(path);
      const file = { path: place(path), bytes, written: 0, ...linesOf(bytes) };
      const metaPath = path.replace(/\.jsonl$/, ".meta.json");
      if (!paths.includes(metaPath)) return file;
      const meta = JSON.parse(readFileSync(metaPath, "utf8")) as Record<string, unknown>;
      const { finished, ...atStart } = meta;
      mkdirSync(dirname(file.path), { recursive: true });
      writeFileSync(place(metaPath), JSON.stringify(atStart));
      const content = JSON.stringify(meta);
      return { ...file, meta: { path: place(metaPath), content, finished: finished === true } };
    });
  // The last records of the main file have no time: they are written when the process ends, and so do its agents.
  const [main] = files as [GrowingFile];
  const endMs = Math.max(...files.map((file) => file.lines.at(-1)?.atMs ?? 0));
  for (const line of main.lines.slice(main.timedLines)) line.atMs = endMs;
  const write = (file: GrowingFile, until: number) => {
    if (until <= file.written) return;
    mkdirSync(dirname(file.path), { recursive: true });
    appendFileSync(file.path, file.bytes.subarray(file.written, until));
    file.written = until;
    // An agent is said to have finished when its last words are on disk.
    if (until === file.bytes.length && file.meta?.finished) writeFileSync(file.meta.path, file.meta.content);
  };
  return {
    path: place(transcript),
    files,
    quietTimes: quietTimesOf(files),
    grow(index, bytes, untilMs) {
      const file = files[index % files.length] as GrowingFile;
      write(file, Math.min(file.written + bytes, writtenAt(file, untilMs)));
      const nowMs = file.lines.findLast((line) => line.end <= file.written)?.atMs ?? 0;
      for (const other of files) write(other, writtenAt(other, nowMs - FLUSH_MS));
    },
    growUntil(atMs) {
      for (const file of files) write(file, writtenAt(file, atMs));
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

function linesOf(bytes: Buffer): Pick<GrowingFile, "lines" | "timedLines"> {
  const lines: GrowingFile["lines"] = [];
  let timedLines = 0;
  let latest = 0;
  for (let start = 0; start < bytes.length; ) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed === -1 ? bytes.length : feed + 1;
    const { timestamp } = JSON.parse(bytes.toString("utf8", start, end)) as { timestamp?: string };
    // Lines are not in the order of their times, and state records have none: they come right behind others.
    latest = Math.max(latest, timestamp === undefined ? 0 : Date.parse(timestamp));
    lines.push({ end, atMs: latest });
    if (timestamp !== undefined) timedLines = lines.length;
    start = end;
  }
  return { lines, timedLines };
}

function writtenAt(file: GrowingFile, atMs: number): number {
  return file.lines.findLast((line) => line.atMs <= atMs)?.end ?? 0;
}

function quietTimesOf(files: GrowingFile[]): number[] {
  const times = files.flatMap((file) => file.lines.map((line) => line.atMs)).sort((a, b) => a - b);
  return times.filter((atMs, index) => (times[index + 1] ?? atMs) - atMs >= QUIET_MS);
}

/** By how much which of a session's files grows, time after time, and whether somebody looks at it then. */
export const growthSteps = fc.array(
  fc.record({
    file: fc.nat(9),
    bytes: fc.oneof(fc.nat(300), fc.nat(20_000), fc.constant(2_000_000)),
    look: fc.boolean(),
  }),
  { maxLength: 40 },
);
