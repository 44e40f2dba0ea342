import { object, text } from "../transcript/fields.ts";
import { mcpServerOf } from "../transcript/mcp-server.ts";
import { hostOfUrl } from "./hosts.ts";
import type { FindingId } from "./rules.ts";
import { hostsOfShell } from "./shell-findings.ts";

/** What projects are known to use from earlier sessions. */
export interface Familiar {
  /**
   * Returns those hosts, servers or hook commands that the project has not used earlier, and records them. The same use
   * gets the same answer again.
   */
  newAmong(subjects: readonly string[], use: Use): string[];
  /**
   * Records the complete list of a kind that a session has. Returns whether something is missing that the list had
   * before. What is missing is reported once; the same use gets the same answer again. `atMs`: time of the use.
   */
  misses(kind: string, names: readonly string[], use: Use & { atMs: number }): boolean;
}

/** Where something is used. `part`: id of the call or turn within the session. */
interface Use {
  project: string;
  sessionId: string;
  part: string;
}

/** The hosts or MCP server that a call uses, and the rule that applies if they are new. Undefined if it uses none. */
export function useOf(name: string, input: unknown): { rule: FindingId; subjects: string[] } | undefined {
  const server = mcpServerOf(name);
  if (server !== undefined) return { rule: "guard.new-mcp-server", subjects: [`mcp ${server}`] };
  const hosts = hostsIn(name, input);
  return hosts.length === 0
    ? undefined
    : { rule: "network.new-host", subjects: hosts.map((host) => `host ${host}`) };
}

function hostsIn(name: string, input: unknown): string[] {
  const { url, command } = object(input) ?? {};
  if (name === "WebFetch") return [hostOfUrl(text(url) ?? "") ?? []].flat();
  return name === "Bash" || name === "Monitor" ? [...new Set(hostsOfShell(text(command) ?? ""))] : [];
}
