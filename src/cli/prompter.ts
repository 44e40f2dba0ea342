import { createRequire } from "node:module";
import type { Io } from "./io.ts";
// Types only: the prompts are a separate bundle that most runs do not load.
import type { Prompter } from "./prompts.ts";

export type { Prompter } from "./prompts.ts";

/** Loads the prompts. They write to stderr, so that stdout holds only results and can be redirected. */
export function loadPrompter(io: Io): Prompter {
  const { createPrompter } = createRequire(io.program)("./prompts.cjs") as typeof import("./prompts.ts");
  return createPrompter({ input: process.stdin, output: process.stderr });
}
