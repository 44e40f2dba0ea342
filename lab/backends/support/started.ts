import { onTestFinished } from "vitest";

/** Waits until a program runs; it is stopped with the test that started it, the last one first. */
export async function started<T extends { stop(): unknown }>(starting: Promise<T>): Promise<T> {
  const program = await starting;
  onTestFinished(async () => {
    await program.stop();
  });
  return program;
}
