import { mcpServerOf } from "../../transcript/mcp-server.ts";
import type { ToolCall } from "../model.ts";

/**
 * The client measures a few hundredths of a second more than the records show. A shorter difference than this is not a
 * wait.
 */
const SHORTEST_WAIT_MS = 250;

/** Whether something in a conversation may have waited for a person: a dialog, or an MCP server with a question. */
export function mayWait(calls: readonly Pick<ToolCall, "name" | "waitIncluded">[]): boolean {
  return calls.some(({ name, waitIncluded }) => waitIncluded === true || mcpServerOf(name) !== undefined);
}

/**
 * How long the turn waited for a person, in ms: its duration minus the time that the client worked (`turn_duration`,
 * which excludes dialogs). Undefined when there was no wait.
 *
 * If only one call can have waited, `waitedMs` and `waitIncluded` are set on it too. A question of an MCP server (an
 * elicitation) leaves no other trace in the records.
 */
export function noteWaits(tookMs: number, workedMs: number, calls: readonly ToolCall[]): number | undefined {
  const waitedMs = tookMs - workedMs;
  if (waitedMs < SHORTEST_WAIT_MS) return undefined;
  const call = onlyOneThatWaited(withSubagents(calls));
  const longestMs = call === undefined ? 0 : call.endMs - call.startMs;
  // A longer wait is not from this call alone.
  if (call === undefined || waitedMs > longestMs + SHORTEST_WAIT_MS) return waitedMs;
  call.waitedMs = Math.min(waitedMs, longestMs);
  call.waitIncluded = true;
  return waitedMs;
}

function onlyOneThatWaited(calls: readonly ToolCall[]): ToolCall | undefined {
  const asked = calls.filter(mayHaveAsked);
  const [call, ...others] =
    asked.length > 0 ? asked : calls.filter(({ name }) => mcpServerOf(name) !== undefined);
  return others.length === 0 ? call : undefined;
}

/** Without a statement of the client, a call may have asked a person unless it was too short. */
function mayHaveAsked({ waitIncluded, startMs, endMs }: ToolCall): boolean {
  return waitIncluded ?? endMs - startMs >= SHORTEST_WAIT_MS;
}

function withSubagents(calls: readonly ToolCall[]): ToolCall[] {
  return calls.flatMap((call) => [call, ...withSubagents(call.subagent?.toolCalls ?? [])]);
}
