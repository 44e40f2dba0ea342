/** The server in the name of an MCP tool, `mcp__server__tool`. Undefined for any other name. */
export function mcpServerOf(tool: string): string | undefined {
  return tool.startsWith("mcp__") ? /^mcp__(.+?)__/.exec(tool)?.[1] : undefined;
}
