import { createRequire } from "node:module";
import type { Io } from "./io.ts";
// Types only: the questions are a bundle of their own, which most runs of the program do without.
import type { Prompter } from "./prompts.ts";

export type { Prompter } from "./prompts.ts";

/** The means to ask somebody. Questions stand on stderr, so that results can be taken elsewhere. */
export function loadPrompter(io: Io): Prompter {
  const { createPrompter } = createRequire(io.program)("./prompts.cjs") as typeof import("./prompts.ts");
  return createPrompter({ input: process.stdin, output: process.stderr });
}
