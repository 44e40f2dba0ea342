import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { onTestFinished } from "vitest";
import type { Io } from "../../src/cli/io.ts";
import { main } from "../../src/commands/run.ts";

/** The repository. */
export const root = new URL("../..", import.meta.url).pathname;
export const program = join(root, "dist/ccotel.cjs");
export const recording = join(root, "examples/demo");

export interface Ran {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs the tool inside this process with buffers for streams, an empty home and nobody at the terminal. */
export async function runTool(argv: readonly string[], more: Partial<Io> = {}): Promise<Ran> {
  const stdout = createSink();
  const stderr = createSink();
  const homeDir = more.homeDir ?? temporaryFolder();
  const exitCode = await main(argv, {
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: {},
    homeDir,
    cwd: root,
    isTerminal: { stdin: false, stdout: false, stderr: false },
    columns: 80,
    colors: false,
    now: () => Date.parse("2026-11-21T12:00:00Z"),
    program,
    ...more,
  });
  // What is on its way through the buffers counts, too.
  for (const { stream } of [stdout, stderr]) await new Promise<void>((resolve) => stream.end(resolve));
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

/** A stream that keeps what is written, with a small buffer in front, so that writers meet backpressure. */
export function createSink(onWrite: () => void = () => {}) {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    highWaterMark: 1024,
    write(chunk: Buffer, _, done) {
      chunks.push(chunk);
      onWrite();
      setImmediate(done);
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString("utf8"), writes: () => chunks.length };
}

/** An empty folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
  return folder;
}
