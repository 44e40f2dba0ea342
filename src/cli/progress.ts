import type { Io } from "./io.ts";

/** Shows the progress of long work. */
interface Progress {
  /** `share`: 0 to 1. */
  show(share: number, note: string): void;
  /** Removes the bar. */
  clear(): void;
}

const WIDTH = 24;
const EVERY_MS = 100;

/**
 * Draws a bar on the terminal's last line, on stderr to keep stdout for results. Does nothing without a terminal, or on
 * one that cannot erase a line.
 */
export function createProgress(io: Pick<Io, "stderr" | "isTerminal" | "now" | "env">): Progress {
  if (!io.isTerminal.stderr || io.env.TERM === "dumb") return { show() {}, clear() {} };
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    show(share, note) {
      if (io.now() - shownAt < EVERY_MS) return;
      shownAt = io.now();
      const filled = Math.round(WIDTH * Math.min(share || 0, 1));
      io.stderr.write(`\r[${"=".repeat(filled).padEnd(WIDTH)}] ${note}\u001b[K`);
    },
    clear() {
      if (shownAt !== Number.NEGATIVE_INFINITY) io.stderr.write("\r\u001b[K");
    },
  };
}
