import { list, object, text } from "./fields.ts";
import { mcpServerOf } from "./mcp-server.ts";

/**
 * The MCP servers in what the client told the model about its tools (`deferred_tools_delta`). A server that still
 * connects, waits for a login or could not be reached is one that the session has.
 */
export function parseServers(attachment: Record<string, unknown>): { added: string[]; removed: string[] } {
  const servers = (key: string) =>
    list(attachment[key]).flatMap((tool) => mcpServerOf(text(tool) ?? "") ?? []);
  const named = (key: string) =>
    list(attachment[key]).flatMap((server) => toolPart(text(server) ?? text(object(server)?.name) ?? ""));
  const added = [
    ...servers("addedNames"),
    ...servers("readdedNames"),
    ...servers("wireHiddenNames"),
    ...named("pendingMcpServers"),
    ...named("needsAuthMcpServers"),
    ...named("failedMcpServers"),
  ];
  return { added: [...new Set(added)], removed: [...new Set(servers("removedNames"))] };
}

/** A server's name as it stands in the names of its tools. */
function toolPart(server: string): string[] {
  return server === "" ? [] : [server.replace(/[^\w-]/g, "_")];
}
