import { mcpServerOf } from "../../transcript/mcp-server.ts";
import type { ToolCall } from "../model.ts";

/** The client's own measure is some hundredths of a second longer than the records say: less than this is no wait. */
const SHORTEST_WAIT_MS = 250;

/** Whether something in a conversation may have waited for a person: a dialog, or a server that asks for something. */
export function mayWait(calls: readonly Pick<ToolCall, "name" | "waitIncluded">[]): boolean {
  return calls.some(({ name, waitIncluded }) => waitIncluded === true || mcpServerOf(name) !== undefined);
}

/**
 * How long the turn waited for a person, in ms: what it took less what the client says that it worked (`turn_duration`,
 * which leaves dialogs out). Where one call alone can have waited, the wait is that call's, and told there too. An MCP
 * server's question (an elicitation) leaves no other record than this.
 */
export function noteWaits(tookMs: number, workedMs: number, calls: readonly ToolCall[]): number | undefined {
  const waitedMs = tookMs - workedMs;
  if (waitedMs < SHORTEST_WAIT_MS) return undefined;
  const call = onlyOneThatWaited(withSubagents(calls));
  const longestMs = call === undefined ? 0 : call.endMs - call.startMs;
  // A longer wait is not this call's alone.
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

/** A call may have asked where the client does not say, unless it was too short. */
function mayHaveAsked({ waitIncluded, startMs, endMs }: ToolCall): boolean {
  return waitIncluded ?? endMs - startMs >= SHORTEST_WAIT_MS;
}

function withSubagents(calls: readonly ToolCall[]): ToolCall[] {
  return calls.flatMap((call) => [call, ...withSubagents(call.subagent?.toolCalls ?? [])]);
}
