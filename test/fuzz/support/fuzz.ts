import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";

const { FUZZ_SEED = "1", FUZZ_SECONDS = "10", FUZZ_FOLDER } = process.env;
const folder = FUZZ_FOLDER ?? mkdtempSync(join(tmpdir(), "ccotel-fuzz-"));

/** How many kinds of input share the time. */
const KINDS = 3;

/**
 * Tries inputs of one kind until its time is over. `attempt` writes the input's files into an empty folder, and throws
 * if a check fails. A failing input is made smaller as long as it fails. The files of the smallest one are kept.
 */
export function fuzz<Input>(
  name: string,
  input: fc.Arbitrary<Input>,
  attempt: (input: Input, folder: string) => Promise<void>,
): void {
  test(name, async () => {
    let tried = 0;
    const property = fc.asyncProperty(input, async (made) => {
      const place = join(folder, `${name}-${tried++}`.replace(/\W+/g, "-"));
      mkdirSync(place, { recursive: true });
      writeFileSync(join(folder, "beat"), place);
      await attempt(made, place);
      rmSync(place, { recursive: true, force: true });
    });
    const result = await fc.check(property, {
      seed: Number(FUZZ_SEED),
      numRuns: 1_000_000,
      interruptAfterTimeLimit: (Number(FUZZ_SECONDS) * 1000) / KINDS,
      markInterruptAsFailure: false,
    });
    console.log(`${name}: ${tried} inputs`);
    if (!result.failed) return expect(tried).toBeGreaterThan(0);
    const smallest = join(folder, `smallest ${name}`.replace(/\W+/g, "-"));
    const made = result.counterexample?.[0] as Input;
    mkdirSync(smallest, { recursive: true });
    const error: unknown = await attempt(made, smallest).then(
      () => "It did not fail in a second attempt.",
      (thrown: unknown) => thrown,
    );
    const text = `${fc.stringify(made)}\n\n${error instanceof Error ? error.stack : String(error)}\n`;
    writeFileSync(join(smallest, "input.txt"), text);
    throw new Error(
      `The smallest failing input (seed ${FUZZ_SEED}) is in ${smallest}:\n${text.slice(0, 4000)}`,
    );
  });
}
