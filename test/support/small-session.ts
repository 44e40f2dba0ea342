import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A line of a transcript as an object. */
export type Row = Record<string, unknown> & { type: string };

/** Files of a project's folder, by relative path. A string is written as a line without change. */
export type Tree = Record<string, (Row | string)[]>;

const START_MS = Date.parse("2026-11-20T10:00:00Z");

/** Makers of a small session's rows. Each row has its own ids. Fields you pass replace the defaults. */
export function small(sessionId: string) {
  let counter = 0;
  let nowMs = START_MS;
  let last: string | null = null;
  const row = (type: string, prefix: string, message: object | undefined, more: object): Row => {
    const uuid = `${prefix}-${sessionId}-${++counter}`;
    nowMs += 1000;
    const made: Row = {
      parentUuid: last,
      isSidechain: false,
      sessionId,
      version: "2.1.329",
      cwd: "/home/dev/shop",
      gitBranch: "main",
      timestamp: new Date(nowMs).toISOString(),
      uuid,
      type,
      ...(message === undefined ? {} : { message }),
      ...more,
    };
    last = String(made.uuid);
    return made;
  };
  return {
    prompt: (text: string, more: object = {}) => row("user", "p", { role: "user", content: text }, more),
    answer: (block: object | string, more: { message?: object; [key: string]: unknown } = {}): Row => {
      const { message, ...others } = more;
      const number = counter + 1;
      const content = [typeof block === "string" ? { type: "text", text: block } : block];
      return row(
        "assistant",
        "a",
        {
          id: `msg_${sessionId}_${number}`,
          role: "assistant",
          model: "claude-opus-5-5",
          content,
          stop_reason: "end_turn",
          usage: { input_tokens: 10, output_tokens: 20 },
          ...message,
        },
        { requestId: `req_${sessionId}_${number}`, ...others },
      );
    },
    call: (id: string) => ({ type: "tool_use", id, name: "Bash", input: { command: "ls" } }),
    result: (id: string, more: object = {}) =>
      row(
        "user",
        "r",
        { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: "ok" }] },
        more,
      ),
    ended: () => row("system", "e", undefined, { subtype: "turn_duration", durationMs: 1 }),
    wait: (ms: number) => {
      nowMs += ms;
    },
  };
}

/** Writes the files and returns the folder. */
export function writeTree(folder: string, tree: Tree): string {
  for (const [name, rows] of Object.entries(tree)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    const lines = rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row)));
    writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  }
  return folder;
}
