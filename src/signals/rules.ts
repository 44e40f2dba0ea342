/** How much a finding matters, to sort and filter many of them. */
export type Severity = "low" | "medium" | "high" | "critical";

/** A rule that tool calls or turns can match. */
export interface Rule {
  id: string;
  /** Increases when the rule starts to match something else. */
  version: number;
  severity: Severity;
  /** What the call or the turn does, in words. */
  title: string;
  /** Why it matters. */
  why: string;
}

/**
 * Every rule. A finding holds the id of a rule but no content, so ccotel may send it at any content level. A finding
 * says what a call does. It does not say that someone meant harm.
 */
const TABLE = [
  [
    "secret.read",
    1,
    "high",
    "reads a file that usually holds secrets",
    "Its text becomes part of the conversation with the model.",
  ],
  [
    "secret.print",
    1,
    "high",
    "prints a secret or a token",
    "Its text becomes part of the conversation with the model.",
  ],
  [
    "secret.environment",
    1,
    "medium",
    "prints the whole environment",
    "Environments often hold keys and tokens.",
  ],
  [
    "write.outside-project",
    1,
    "low",
    "writes a file outside the project and temporary folders",
    "Work on a project rarely needs that.",
  ],
  [
    "write.agent-settings",
    1,
    "high",
    "changes settings, hooks or servers of Claude Code",
    "They decide what later sessions may do and run.",
  ],
  [
    "write.git-hooks",
    1,
    "high",
    "changes hooks or settings of git",
    "Git runs hooks with the user's rights at the next commit.",
  ],
  [
    "write.startup",
    1,
    "critical",
    "changes what runs at login, on a schedule or gives access",
    "Attackers use it to keep access to a machine.",
  ],
  [
    "write.ci",
    1,
    "low",
    "changes files of continuous integration",
    "They run with the rights and secrets of the CI system.",
  ],
  [
    "destroy.files",
    1,
    "high",
    "deletes a tree that is not clearly part of the project",
    "It cannot be undone.",
  ],
  ["destroy.git-work", 1, "medium", "discards changes that are not committed", "It cannot be undone."],
  [
    "destroy.git-history",
    1,
    "high",
    "rewrites or removes history of git",
    "Others lose work once it is pushed.",
  ],
  ["destroy.git-force-push", 1, "high", "forces a push", "It overwrites what others have pushed."],
  [
    "destroy.disk",
    1,
    "critical",
    "writes to a disk device or makes a file system",
    "It destroys everything on it.",
  ],
  ["destroy.database", 1, "high", "drops or empties tables or databases", "It cannot be undone."],
  [
    "destroy.infrastructure",
    1,
    "high",
    "removes cloud resources, clusters or volumes",
    "It cannot be undone, and others depend on them.",
  ],
  [
    "network.pipe-to-shell",
    1,
    "high",
    "runs what it fetches from the network",
    "It runs code without review.",
  ],
  ["network.upload", 1, "high", "sends local files or output to another host", "Data leaves the machine."],
  ["network.listen", 1, "critical", "opens a shell to another host", "It is a common sign of an attack."],
  [
    "network.new-host",
    1,
    "low",
    "reaches a host that no earlier call in the project has",
    "A new address is where data would go.",
  ],
  ["privilege.root", 1, "medium", "runs a program as another user", "It can change the whole machine."],
  [
    "privilege.permissions",
    1,
    "medium",
    "gives permissions to everyone, or sets setuid",
    "Others on the machine can then change or run it.",
  ],
  [
    "guard.denied-then-done",
    1,
    "high",
    "does what was denied to an earlier call, without a question",
    "The denial was meant to stop the action itself.",
  ],
  ["guard.sandbox-off", 1, "medium", "runs outside the sandbox", "The sandbox limits what a command can do."],
  [
    "guard.new-mcp-server",
    1,
    "low",
    "calls an MCP server that no earlier call in the project has",
    "A server runs with the user's rights and answers the model.",
  ],
  [
    "guard.removed-mcp-server",
    1,
    "low",
    "runs without an MCP server that the project had",
    "What it offered or checked is missing.",
  ],
  [
    "guard.new-hook",
    1,
    "medium",
    "runs a hook that no earlier turn in the project has",
    "Hooks run with the user's rights and without a question.",
  ],
  [
    "guard.removed-hook",
    1,
    "medium",
    "runs without a Stop hook that the project had",
    "Hooks often check or record what a session does.",
  ],
  [
    "guard.bypass-mode",
    1,
    "medium",
    "runs without permission checks (bypassPermissions)",
    "Only deny rules and hooks still stop a call.",
  ],
  [
    "guard.auto-mode",
    1,
    "low",
    "lets a classifier decide about permissions (auto mode)",
    "No person looks at what is allowed.",
  ],
  [
    "guard.permissions-off",
    1,
    "high",
    "starts Claude Code without permission checks",
    "Claude Code then asks for no permission.",
  ],
  [
    "guard.traces-off",
    1,
    "high",
    "removes history or disables a protection of the system",
    "It hides what was done.",
  ],
  ["guard.hooks-skipped", 1, "low", "skips the checks of a commit or push", "The checks find mistakes."],
] as const satisfies readonly (readonly [string, number, Severity, string, string])[];

export type FindingId = (typeof TABLE)[number][0];

export const RULES: readonly (Rule & { id: FindingId })[] = TABLE.map(
  ([id, version, severity, title, why]) => ({ id, version, severity, title, why }),
);
