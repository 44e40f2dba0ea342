import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { Io } from "../../src/cli/io.ts";
import { main } from "../../src/commands/run.ts";

/** The root folder of the repository, with a slash at the end. */
export const root = fileURLToPath(new URL("../..", import.meta.url));
export const program = join(root, "dist/ccotel.cjs");
export const recording = join(root, "examples/demo");

export interface Ran {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs the command line in this process, with buffers as streams, an empty home folder and no terminal. */
export async function runTool(argv: readonly string[], more: Partial<Io> = {}): Promise<Ran> {
  const stdout = createSink();
  const stderr = createSink();
  const exitCode = await main(argv, testIo({ stdout: stdout.stream, stderr: stderr.stream, ...more }));
  // Wait for the output that is still in the buffers.
  for (const { stream } of [stdout, stderr]) await new Promise<void>((resolve) => stream.end(resolve));
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

/** What a command works with: an empty home folder, no terminal, and streams for output that is not needed. */
export function testIo(more: Partial<Io> = {}): Io {
  return {
    stdout: createSink().stream,
    stderr: createSink().stream,
    env: {},
    homeDir: more.homeDir ?? temporaryFolder(),
    cwd: root,
    isTerminal: { stdin: false, stdout: false, stderr: false },
    columns: 80,
    colors: false,
    now: () => Date.parse("2026-11-21T12:00:00Z"),
    // Waits between attempts are 20 times shorter.
    sleep: (ms) => sleep(ms / 20),
    program,
    ...more,
  };
}

/** A stream that keeps its input. Its buffer is small, so that writers meet backpressure. */
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

/** Creates an empty folder, which is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
  return folder;
}
