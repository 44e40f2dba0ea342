import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export const SESSION = "0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0";
const START = Date.parse("2026-11-20T10:00:00Z");

/** Writes a session of so many turns, of one answer each, below a configuration folder, and returns its path. */
export function writeTranscript(configDir: string, turns: number, more: readonly object[] = []): string {
  const path = join(configDir, "projects", "-home-dev-shop", `${SESSION}.jsonl`);
  const records = Array.from({ length: turns }, (_, index) => turn(index)).flat();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, [...records, ...more].map((record) => `${JSON.stringify(record)}\n`).join(""));
  return path;
}

/** A prompt and its answer, ten seconds after those of the turn before. */
export function turn(index: number): object[] {
  const at = (seconds: number) => new Date(START + index * 10_000 + seconds * 1000).toISOString();
  const common = { sessionId: SESSION, version: "2.1.329", cwd: "/home/dev/shop", gitBranch: "main" };
  const usage = { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 100 };
  return [
    {
      ...common,
      type: "user",
      uuid: `prompt-${index}`,
      parentUuid: null,
      timestamp: at(0),
      turnOrigin: "human",
      promptId: `p-${index}`,
      message: { role: "user", content: "a secret prompt" },
    },
    {
      ...common,
      type: "assistant",
      uuid: `answer-${index}`,
      parentUuid: `prompt-${index}`,
      timestamp: at(2),
      requestId: `req-${index}`,
      message: {
        id: `msg-${index}`,
        model: "claude-opus-5-5",
        content: [{ type: "text", text: "a secret answer" }],
        stop_reason: "end_turn",
        usage,
      },
    },
  ];
}
