import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { answer, type Fields, prompt, textOf } from "./scripted-session.ts";

export const SESSION = "0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0";

/** Writes a session of `turns` turns, one answer each, in a configuration folder. Returns the transcript's path. */
export function writeTranscript(configDir: string, turns: number, more: readonly Fields[] = []): string {
  const path = join(configDir, "projects", "-home-dev-shop", `${SESSION}.jsonl`);
  const records = Array.from({ length: turns }, (_, index) => turn(index)).flat();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, textOf([...records, ...more]));
  return path;
}

/** A prompt and its answer, ten seconds after the previous turn. */
export function turn(index: number): Fields[] {
  const common = { sessionId: SESSION, cwd: "/home/dev/shop", entrypoint: undefined };
  const usage = { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 100 };
  return [
    prompt(index * 10, "a secret prompt", { ...common, uuid: `prompt-${index}`, promptId: `p-${index}` }),
    answer(index * 10 + 2, `msg-${index}`, "a secret answer", {
      ...common,
      uuid: `answer-${index}`,
      parentUuid: `prompt-${index}`,
      usage,
    }),
  ];
}
