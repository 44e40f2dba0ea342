import type { McpServersRecord } from "../../transcript/record.ts";
import type { SessionOptions, SetUp, WhereTurn } from "../options.ts";
import type { OpenTurn, SessionState } from "../state.ts";

/** Records which MCP servers the session has, and the findings of the turn about them. */
export function noteServers(
  session: SessionState,
  { added, removed }: McpServersRecord,
  options: SessionOptions,
): void {
  const { main } = session;
  const gone = new Set(removed);
  const names = [...new Set([...(main.mcpServers ?? []), ...added])].filter((name) => !gone.has(name));
  main.mcpServers = names;
  if (main.turn !== undefined) assessSetUp(session, main.turn, { kind: "mcp-server", names }, options);
}

/** Adds to the turn what is found in a complete list of what the session has. */
export function assessSetUp(
  session: SessionState,
  turn: OpenTurn,
  setUp: SetUp,
  { assessSetUp: assess }: SessionOptions,
): void {
  addFindings(session, turn, (where) => assess?.(setUp, where));
}

/** Adds to a turn what `find` finds. What a fork copied is found in the session that it comes from. */
export function addFindings(
  { sessionId, root }: SessionState,
  turn: OpenTurn,
  find: (where: WhereTurn) => string[] | undefined,
): void {
  if (turn.copiedFrom !== undefined) return;
  const found = find({ root, sessionId, turnId: turn.id, startMs: turn.startMs }) ?? [];
  if (found.length > 0) turn.findings = [...new Set([...(turn.findings ?? []), ...found])];
}
