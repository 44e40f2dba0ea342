import type { Io } from "./io.ts";

/** Shorter waits need no words. */
const AFTER_MS = 1000;

/**
 * Waits for some work. If it takes longer than a second, the terminal's last line says what for, until it is done. Says
 * nothing without a terminal, or on one that cannot erase a line.
 */
export async function whileWaiting<T>(
  what: string,
  work: Promise<T>,
  io: Pick<Io, "stderr" | "isTerminal" | "env">,
): Promise<T> {
  if (!io.isTerminal.stderr || io.env.TERM === "dumb") return work;
  let isShown = false;
  const timer = setTimeout(() => {
    isShown = true;
    io.stderr.write(`\r${what} …\u001b[K`);
  }, AFTER_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    if (isShown) io.stderr.write("\r\u001b[K");
  }
}
