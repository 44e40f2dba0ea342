import { onTestFinished } from "vitest";

/** Waits until a program runs, and stops it at the end of the test. Programs stop in reverse order of their start. */
export async function started<T extends { stop(): unknown }>(starting: Promise<T>): Promise<T> {
  const program = await starting;
  onTestFinished(async () => {
    await program.stop();
  });
  return program;
}
