import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import fc from "fast-check";

/** A range of lines that is written a second time, later in the file. All numbers apply modulo the possible range. */
export interface Replay {
  from: number;
  length: number;
  at: number;
  /** The copy has the version, branch and prompt ids of another process. */
  ambient: boolean;
}

export const replays: fc.Arbitrary<Replay[]> = fc.array(
  fc.record({
    from: fc.nat(),
    length: fc.oneof(fc.nat(12), fc.nat()),
    at: fc.oneof(fc.nat(), fc.constant(-1)),
    ambient: fc.boolean(),
  }),
  { minLength: 1, maxLength: 3 },
);

/** Inserts the copies one after the other, so that a later copy may contain an earlier one. */
export function replayed(lines: readonly string[], stretches: readonly Replay[]): string[] {
  if (lines.length === 0) return [];
  return stretches.reduce((before, { from, length, at, ambient }) => {
    const end = at === -1 ? before.length : 1 + (at % before.length);
    const start = from % end;
    const stretch = before.slice(start, start + 1 + (length % (end - start)));
    return before.toSpliced(end, 0, ...(ambient ? stretch.map(otherProcess) : stretch));
  }, lines as string[]);
}

function otherProcess(line: string): string {
  const record = JSON.parse(line) as Record<string, unknown>;
  const changed = {
    version: "2.1.999",
    gitBranch: "elsewhere",
    promptId: "00000000-0000-4000-8000-00000000abcd",
  };
  for (const [name, value] of Object.entries(changed)) if (name in record) record[name] = value;
  return JSON.stringify(record);
}

/** Copies the transcript's folder, changes the lines of `file`, calls `use` with the copy's path, removes the copy. */
export function withLines<T>(
  path: string,
  change: (lines: string[]) => string[],
  use: (path: string) => T,
  file = path,
): T {
  const root = mkdtempSync(join(tmpdir(), "ccotel-replay-"));
  const projects = join(root, "projects");
  const folder = join(projects, basename(dirname(path)));
  try {
    cpSync(dirname(dirname(path)), projects, { recursive: true });
    const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
    writeFileSync(
      join(folder, relative(dirname(path), file)),
      change(lines)
        .map((line) => `${line}\n`)
        .join(""),
    );
    return use(join(folder, basename(path)));
  } finally {
    rmSync(root, { recursive: true });
  }
}
