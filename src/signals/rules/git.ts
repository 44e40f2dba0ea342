import type { FindingId } from "../rules.ts";
import type { ShellCommand } from "../shell/command.ts";

/** A subcommand of git that discards or rewrites something. */
interface GitRule {
  of: string;
  /** One of its arguments matches. Not set: with any arguments. */
  has?: RegExp;
  /** None of its arguments matches. */
  unless?: RegExp;
  id: FindingId;
}

const RULES: readonly GitRule[] = [
  {
    of: "push",
    has: /^(-[a-z]*f[a-z]*|--force(-with-lease.*|-if-includes)?)$|^\+\S/,
    id: "destroy.git-force-push",
  },
  { of: "push", has: /^(--mirror|--delete|-d)$|^:\S/, id: "destroy.git-history" },
  { of: "filter-branch", id: "destroy.git-history" },
  { of: "filter-repo", id: "destroy.git-history" },
  { of: "reflog", has: /^(expire|delete)$/, id: "destroy.git-history" },
  { of: "update-ref", has: /^-d$/, id: "destroy.git-history" },
  { of: "gc", has: /^--prune=now$/, id: "destroy.git-history" },
  { of: "reset", has: /^--(hard|merge)$/, id: "destroy.git-work" },
  {
    of: "clean",
    has: /^-[a-zA-Z]*f|^--force$/,
    unless: /^-[a-zA-Z]*n|^--dry-run$/,
    id: "destroy.git-work",
  },
  { of: "checkout", has: /^(\.|-f|--force)$/, id: "destroy.git-work" },
  { of: "switch", has: /^(-f|--force|--discard-changes)$/, id: "destroy.git-work" },
  { of: "stash", has: /^(drop|clear)$/, id: "destroy.git-work" },
  { of: "branch", has: /^-[a-zA-Z]*D$/, id: "destroy.git-work" },
];

/** Settings of git that name a program to run. */
const RUNS_PROGRAM = /^(core\.(hookspath|sshcommand|fsmonitor|pager|editor)|alias\..*|credential\.helper)$/i;

/** Finds what a git command discards, rewrites or skips. */
export function git({ program, args, sets }: ShellCommand): FindingId[] {
  if (program !== "git") return [];
  const { subcommand, rest } = gitParts(args);
  const has = (pattern: RegExp) => rest.some((arg) => pattern.test(arg));
  const found = RULES.filter(
    (rule) =>
      rule.of === subcommand &&
      (rule.has === undefined || has(rule.has)) &&
      (rule.unless === undefined || !has(rule.unless)),
  ).map(({ id }) => id);
  // `restore --staged .` changes only the index.
  if (subcommand === "restore" && has(/^\.$/) && (!has(/^--staged$|^-S$/) || has(/^--worktree$|^-W$/)))
    found.push("destroy.git-work");
  // With a name alone, `config` shows the setting.
  if (subcommand === "config" && has(RUNS_PROGRAM) && rest.length > 1 && !has(/^--(get|list|unset).*/))
    found.push("write.git-hooks");
  const isChecked = ["commit", "push", "merge"].includes(subcommand);
  const hooksOff =
    args.some((arg) => /^core\.hooksPath=(\/dev\/null)?$/i.test(arg)) || sets.includes("HUSKY=0");
  if (isChecked && (has(/^--no-verify$/) || hooksOff)) found.push("guard.hooks-skipped");
  if (subcommand === "commit" && has(/^-[a-mo-z]*n[a-z]*$/)) found.push("guard.hooks-skipped");
  return found;
}

/** Splits git's arguments at the subcommand, which follows git's own options. */
export function gitParts(args: readonly string[]): { subcommand: string; rest: string[] } {
  let index = 0;
  for (; index < args.length; index++) {
    const arg = args[index] as string;
    if (/^(-C|-c|--git-dir|--work-tree|--namespace)$/.test(arg)) index++;
    else if (!arg.startsWith("-")) break;
  }
  return { subcommand: args[index] ?? "", rest: args.slice(index + 1) };
}
