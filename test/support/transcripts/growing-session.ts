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
import { basename, dirname, join, relative } from "node:path";
import fc from "fast-check";
import { filesOfSession } from "../recordings.ts";

/** A transcript, the main one or an agent's, that the test writes piece by piece as the client did. */
interface GrowingFile {
  path: string;
  bytes: Buffer;
  written: number;
  /** For each line: the byte offset of its end, and the latest time at which it reached the disk. */
  lines: { end: number; atMs: number }[];
  /** Number of lines up to and including the last one with a timestamp. */
  timedLines: number;
  meta?: { path: string; content: string; finished: boolean };
}

/** A copy of a session with its project in a temporary folder. The test controls how its files grow. */
export interface GrowingSession {
  path: string;
  files: GrowingFile[];
  /** Times in epoch ms after which no file grew for at least `QUIET_MS`. */
  quietTimes: number[];
  /** Appends up to `bytes` bytes to the file, and nothing that the client wrote after `untilMs`. */
  grow(file: number, bytes: number, untilMs: number): void;
  /** Writes everything that the client had written by `atMs`. */
  growUntil(atMs: number): void;
  remove(): void;
}

/** The longest time in ms before the client flushes a file's buffer to disk. Each file has its own buffer. */
const FLUSH_MS = 200;

/** Files that have not grown for this many ms are quiet. */
const QUIET_MS = 300;

export function growSession(transcript: string): GrowingSession {
  const root = mkdtempSync(join(tmpdir(), "ccotel-growing-"));
  const folder = join(root, basename(dirname(transcript)));
  mkdirSync(folder);
  const place = (path: string) => join(folder, relative(dirname(transcript), path));
  const paths = filesOfSession(transcript);
  // The source of a fork exists before the fork does.
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
  // The last records of the main file have no timestamp: the client writes them when it exits, and its agents end then.
  const [main] = files as [GrowingFile];
  const endMs = Math.max(...files.map((file) => file.lines.at(-1)?.atMs ?? 0));
  for (const line of main.lines.slice(main.timedLines)) line.atMs = endMs;
  const write = (file: GrowingFile, until: number) => {
    if (until <= file.written) return;
    mkdirSync(dirname(file.path), { recursive: true });
    appendFileSync(file.path, file.bytes.subarray(file.written, until));
    file.written = until;
    // The meta file says `finished` only after the agent's last line is on disk.
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
    remove: () => rmSync(root, { recursive: true }),
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
    // Lines are not sorted by time. State records have no timestamp: the client writes them directly after other lines.
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

/** A sequence of steps: which file of the session grows, by how many bytes, and whether ccotel reads it afterwards. */
export const growthSteps = fc.array(
  fc.record({
    file: fc.nat(9),
    bytes: fc.oneof(fc.nat(300), fc.nat(20_000), fc.constant(2_000_000)),
    look: fc.boolean(),
  }),
  { maxLength: 40 },
);
