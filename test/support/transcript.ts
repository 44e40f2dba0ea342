import { createHash } from "node:crypto";

/** Records as client 2.1.329 writes them, with the fields that ccotel reads. Times and ids are the same in every run. */
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
  const at = (laterMs: number) => {
    nowMs += laterMs;
    return new Date(nowMs).toISOString();
  };
  const common = () => ({
    userType: "external",
    entrypoint: "cli",
    cwd: "/home/dev/acme-shop",
    sessionId,
    version: "2.1.329",
    gitBranch: "main",
  });
  const line = (record: object) => `${JSON.stringify(record)}\n`;

  function request() {
    const requestId = id("api-request");
    return {
      requestId,
      line: line({
        type: "api-request",
        sessionId,
        id: requestId,
        timestamp: at(20),
        version: "2.1.329",
        params: { model: "claude-opus-5-5" },
      }),
    };
  }

  function assistant(messageId: string, ref: string, block: object, stopReason: string): string {
    return line({
      parentUuid: null,
      isSidechain: false,
      message: {
        id: messageId,
        type: "message",
        role: "assistant",
        model: "claude-opus-5-5",
        content: [block],
        stop_reason: stopReason,
        usage: { input_tokens: 20, output_tokens: 60, cache_read_input_tokens: 900, speed: "standard" },
      },
      requestId: `req_${messageId}`,
      requestRef: ref,
      requestedModel: "claude-opus-5-5",
      type: "assistant",
      uuid: id("assistant"),
      timestamp: at(300),
      ...common(),
    });
  }

  return {
    sessionId,
    promptIds,
    turn({
      tools = 1,
      resultBytes = 20,
      answer = "Done, and proven: ✓ größer.",
      pauseMs = 5_000,
      unmarked,
    } = {}) {
      const lines: string[] = [];
      const promptId = id("prompt");
      promptIds.push(promptId);
      lines.push(
        line({
          parentUuid: null,
          isSidechain: false,
          promptId,
          type: "user",
          message: { role: "user", content: "Füge Steuern hinzu 税" },
          uuid: id("user"),
          timestamp: at(pauseMs),
          promptSource: "typed",
          turnOrigin: "human",
          ...common(),
        }),
      );
      if (tools > 0) {
        const first = request();
        const messageId = `msg_${id("message").slice(0, 8)}`;
        const calls = Array.from({ length: tools }, () => `toolu_${id("tool").slice(0, 12)}`);
        lines.push(first.line);
        for (const call of calls) {
          const block = { type: "tool_use", id: call, name: "Bash", input: { command: "make test" } };
          lines.push(assistant(messageId, first.requestId, block, "tool_use"));
        }
        for (const call of calls) {
          lines.push(
            line({
              parentUuid: null,
              isSidechain: false,
              promptId,
              type: "user",
              message: {
                role: "user",
                content: [{ tool_use_id: call, type: "tool_result", content: "r".repeat(resultBytes) }],
              },
              uuid: id("result"),
              timestamp: at(200),
              toolUseResult: { stdout: "ok" },
              permissionDecision: { decision: "accept", source: "config" },
              ...common(),
            }),
          );
        }
      }
      const last = request();
      lines.push(last.line);
      const messageId = `msg_${id("message").slice(0, 8)}`;
      lines.push(assistant(messageId, last.requestId, { type: "text", text: answer }, "end_turn"));
      if (!unmarked) {
        lines.push(
          line({
            parentUuid: id("none"),
            isSidechain: false,
            type: "system",
            subtype: "stop_hook_summary",
            uuid: id("summary"),
            timestamp: at(80),
            ...common(),
          }),
        );
      }
      return lines;
    },
    end: () => [
      line({
        type: "cost-state",
        sessionId,
        totalCostUSD: 0.5,
        startTime: startMs,
        timestamp: at(1_000),
      }),
    ],
  };
}

function uuid(...parts: string[]): string {
  const hex = createHash("sha256").update(parts.join("\0")).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}
