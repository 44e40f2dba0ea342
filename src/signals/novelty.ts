import { mcpServerOf } from "../transcript/mcp-server.ts";
import { hostOfUrl } from "./hosts.ts";
import type { FindingId } from "./rules.ts";
import { hostsOfShell } from "./shell-findings.ts";

/**
 * What is known of a project from earlier sessions. `subject`: a host, a server, a hook's command. `by`: names the call or
 * turn, so that reading it again says the same again.
 */
export interface Familiar {
  isNew(project: string, sessionId: string, subject: string, by: string): boolean;
}

/** What a call uses that the project may not have used before, by the rule that is about it. */
export function subjectsOf(name: string, input: unknown): { rule: FindingId; subject: string }[] {
  const server = mcpServerOf(name);
  if (server !== undefined) return [{ rule: "guard.new-mcp-server", subject: `mcp ${server}` }];
  return hostsIn(name, input).map((host) => ({ rule: "network.new-host", subject: `host ${host}` }));
}

function hostsIn(name: string, input: unknown): string[] {
  const values = new Map(typeof input === "object" && input !== null ? Object.entries(input) : []);
  const text = (key: string) => {
    const value = values.get(key);
    return typeof value === "string" ? value : "";
  };
  if (name === "WebFetch") return [hostOfUrl(text("url")) ?? []].flat();
  return name === "Bash" || name === "Monitor" ? [...new Set(hostsOfShell(text("command")))] : [];
}
