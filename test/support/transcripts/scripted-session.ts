import type { Finished } from "../../../src/session/model.ts";
import type { SessionOptions } from "../../../src/session/options.ts";
import { createReader } from "../../../src/session/reader.ts";
import { newSession } from "../../../src/session/state.ts";
import { createLineReader, type Line } from "../../../src/transcript/lines.ts";
import { OPTIONS } from "../recordings.ts";

/**
 * Records as Claude Code writes them, reduced to the fields that ccotel reads. They cover cases that no recording
 * shows. Times are seconds since the session's first record.
 */

export const SESSION_ID = "6f1d0c9e-3a52-4c1c-9d44-0d3b9d1f3a10";
export const START_MS = Date.parse("2026-11-20T09:00:00.000Z");

export type Fields = Record<string, unknown>;

let made = 0;

export function at(seconds: number): string {
  return new Date(START_MS + Math.round(seconds * 1000)).toISOString();
}

/** A record of any type. */
export function record(type: string, seconds: number, fields: Fields): Fields {
  return {
    type,
    uuid: `record-${++made}`,
    parentUuid: null,
    timestamp: at(seconds),
    sessionId: SESSION_ID,
    version: "2.1.329",
    cwd: "/home/dev/acme-shop",
    gitBranch: "main",
    entrypoint: "cli",
    isSidechain: false,
    ...fields,
  };
}

export function prompt(seconds: number, text = "Go on", fields: Fields = {}): Fields {
  const message = { role: "user", content: text };
  return record("user", seconds, {
    message,
    turnOrigin: "human",
    promptId: `prompt at ${seconds}`,
    ...fields,
  });
}

export function request(seconds: number, id: string, fields: Fields = {}): Fields {
  return record("api-request", seconds, { id, params: { model: "claude-opus-5-5" }, ...fields });
}

/** One line of a response. */
export function answer(seconds: number, id: string, block: Fields | string, fields: Fields = {}): Fields {
  const content = typeof block === "string" ? { type: "text", text: block } : block;
  const { usage, stop_reason, ...others } = fields;
  return record("assistant", seconds, {
    requestId: `req-${id}`,
    requestedModel: "claude-opus-5-5",
    message: {
      id,
      model: "claude-opus-5-5",
      content: [content],
      stop_reason: stop_reason === undefined ? stopReasonOf(content) : stop_reason,
      usage: usage ?? { input_tokens: 10, output_tokens: 20 },
    },
    ...others,
  });
}

function stopReasonOf(block: Fields): string {
  return block.type === "tool_use" ? "tool_use" : "end_turn";
}

export function call(id: string, name: string, input: Fields = {}): Fields {
  return { type: "tool_use", id, name, input };
}

export function result(seconds: number, toolUseId: string, fields: Fields = {}): Fields {
  const { content = "done", is_error = false, ...others } = fields;
  const block = { type: "tool_result", tool_use_id: toolUseId, content, is_error };
  return record("user", seconds, { message: { role: "user", content: [block] }, ...others });
}

/** The record that the client writes after the Stop hooks: the turn has ended. */
export function stop(seconds: number): Fields {
  return record("system", seconds, { subtype: "stop_hook_summary", hookCount: 1 });
}

/** The record that an interactive client writes at the end of a turn, behind those of the Stop hooks if there are any. */
export function turnDuration(seconds: number, workedMs: number): Fields {
  return record("system", seconds, { subtype: "turn_duration", durationMs: workedMs });
}

/**
 * A turn with one call of Bash, whose result has this output. `id`: a character that no other turn has. The ids have
 * the API's form: ids of a gateway are searched for in the earlier rows.
 */
export function turnWithOutput(seconds: number, id: string, output: string): Fields[] {
  return [
    prompt(seconds),
    answer(seconds + 1, `msg_01${id.repeat(20)}`, call(`toolu_01${id.repeat(20)}`, "Bash")),
    result(seconds + 2, `toolu_01${id.repeat(20)}`, { toolUseResult: { stdout: output } }),
    answer(seconds + 3, `msg_02${id.repeat(20)}`, "Done."),
    stop(seconds + 4),
  ];
}

/** The record that the client writes when its process exits. */
export function costState(totalCostUSD = 0): Fields {
  return { type: "cost-state", sessionId: SESSION_ID, totalCostUSD, startTime: START_MS, modelUsage: {} };
}

export interface ScriptedAgent {
  id: string;
  meta?: Fields;
  records: Fields[];
}

/**
 * Reads a session that has ended, through the public functions of `src/session`. Writes nothing to disk. `openSince`: a
 * client has it open since then.
 */
export function readScript(
  records: readonly Fields[],
  agents: readonly ScriptedAgent[] = [],
  { openSince, ...options }: Partial<SessionOptions> & { openSince?: number } = {},
): Finished[] {
  const openSinceMs = () => (openSince === undefined ? undefined : START_MS + openSince * 1000);
  const reader = createReader(newSession(SESSION_ID), { ...OPTIONS, ...options });
  const pieces: Finished[] = [];
  let areAgentsRead = false;
  const finish = (ended: boolean) => {
    for (const agent of areAgentsRead ? [] : agents) {
      reader.readAgentMeta(agent.id, agent.meta ?? {});
      for (const line of linesOf(recordsOf(agent))) reader.readAgent(agent.id, line);
    }
    areAgentsRead = true;
    pieces.push(...reader.finished({ quiet: true, ended, openSinceMs }));
  };
  for (const line of linesOf(records)) if (reader.readMain(line)) finish(false);
  finish(true);
  return pieces;
}

/** The lines of a file with these records. */
export function linesOf(records: readonly Fields[]): Generator<Line> {
  return createLineReader().push(Buffer.from(textOf(records)));
}

/** Records as the text of a file. */
export function textOf(records: readonly Fields[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

/** An agent's records as they are in its file. */
export function recordsOf({ id, records }: ScriptedAgent): Fields[] {
  return records.map((record) => ({ ...record, isSidechain: true, agentId: id }));
}
