import { createHash } from "node:crypto";
import {
  answer,
  at,
  call,
  costState,
  type Fields,
  prompt,
  request,
  result,
  START_MS as SCRIPT_START_MS,
  stop,
} from "./scripted-session.ts";

/**
 * Lines of a session that grows turn by turn, for tests that follow one. Its records are those of scripted-session.ts.
 * Times and ids depend on the session's name alone, so two machines can have the same session.
 */
export interface Scribe {
  readonly sessionId: string;
  /** Lines of a whole turn: the prompt, a response with tool calls, their results, an answer and the end record. */
  turn(options?: TurnOptions): string[];
  /** The line that the client writes when its process exits. */
  end(): string[];
  /** Prompt ids of the turns so far. Stop hooks carry them. */
  readonly promptIds: string[];
}

export interface TurnOptions {
  tools?: number;
  /** Length of each tool result in bytes. */
  resultBytes?: number;
  answer?: string;
  /** Pause before the prompt. */
  pauseMs?: number;
  /** Omits the record that the client writes after the Stop hooks. */
  unmarked?: boolean;
}

const START_MS = Date.UTC(2026, 0, 5, 9);

export function scribe(name: string, startMs = START_MS): Scribe {
  const sessionId = uuid(name, "session");
  const promptIds: string[] = [];
  let nowMs = startMs;
  let counter = 0;
  const id = (kind: string) => uuid(name, kind, String(counter++));
  const common = () => ({ sessionId, uuid: id("record") });
  const usage = { input_tokens: 20, output_tokens: 60, cache_read_input_tokens: 900, speed: "standard" };

  /** Seconds on the script's clock, after this time has passed. */
  function after(ms: number): number {
    nowMs += ms;
    return (nowMs - SCRIPT_START_MS) / 1000;
  }

  /** A request and its response, with one line for each block. */
  function exchange(blocks: readonly (Fields | string)[]): Fields[] {
    const requestRef = id("api-request");
    const messageId = `msg_${id("message").slice(0, 8)}`;
    return [
      request(after(20), requestRef, common()),
      ...blocks.map((block) => answer(after(300), messageId, block, { ...common(), requestRef, usage })),
    ];
  }

  return {
    sessionId,
    promptIds,
    turn({ tools = 1, resultBytes = 20, answer: text = "Done, and proven: ✓ größer.", ...more } = {}) {
      const { pauseMs = 5_000, unmarked } = more;
      const promptId = id("prompt");
      promptIds.push(promptId);
      const calls = Array.from({ length: tools }, () => `toolu_${id("tool").slice(0, 12)}`);
      const content = "r".repeat(resultBytes);
      const records = [
        prompt(after(pauseMs), "Füge Steuern hinzu 税", { ...common(), promptId, promptSource: "typed" }),
        ...(tools === 0 ? [] : exchange(calls.map((use) => call(use, "Bash", { command: "make test" })))),
        ...calls.map((use) => result(after(200), use, { ...common(), promptId, content, ...ACCEPTED })),
        ...exchange([text]),
        ...(unmarked ? [] : [{ ...stop(after(80)), ...common() }]),
      ];
      return records.map(line);
    },
    end: () => [line({ ...costState(0.5), sessionId, startTime: startMs, timestamp: at(after(1_000)) })],
  };
}

const ACCEPTED = {
  toolUseResult: { stdout: "ok" },
  permissionDecision: { decision: "accept", source: "config" },
};

const line = (record: Fields) => `${JSON.stringify(record)}\n`;

function uuid(...parts: string[]): string {
  const hex = createHash("sha256").update(parts.join("\0")).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}
