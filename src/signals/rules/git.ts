import type { FindingId } from "../rules.ts";
import type { ShellCommand } from "../shell/command.ts";

/** Finds what a git command discards, rewrites or skips. */
export function git({ program, args, sets }: ShellCommand): FindingId[] {
  if (program !== "git") return [];
  const { subcommand, rest } = gitParts(args);
  const has = (pattern: RegExp) => rest.some((arg) => pattern.test(arg));
  const found: FindingId[] = [];
  switch (subcommand) {
    case "push":
      if (has(/^(-[a-z]*f[a-z]*|--force(-with-lease.*|-if-includes)?)$/) || has(/^\+\S/))
        found.push("destroy.git-force-push");
      if (has(/^(--mirror|--delete|-d)$|^:\S/)) found.push("destroy.git-history");
      break;
    case "filter-branch":
    case "filter-repo":
      found.push("destroy.git-history");
      break;
    case "reflog":
      if (has(/^(expire|delete)$/)) found.push("destroy.git-history");
      break;
    case "update-ref":
      if (has(/^-d$/)) found.push("destroy.git-history");
      break;
    case "gc":
      if (has(/^--prune=now$/)) found.push("destroy.git-history");
      break;
    case "reset":
      if (has(/^--(hard|merge)$/)) found.push("destroy.git-work");
      break;
    case "clean":
      if (has(/^-[a-zA-Z]*f|^--force$/) && !has(/^-[a-zA-Z]*n|^--dry-run$/)) found.push("destroy.git-work");
      break;
    case "checkout":
      if (has(/^(\.|-f|--force)$/)) found.push("destroy.git-work");
      break;
    case "switch":
      if (has(/^(-f|--force|--discard-changes)$/)) found.push("destroy.git-work");
      break;
    case "restore":
      if (has(/^\.$/) && (!has(/^--staged$|^-S$/) || has(/^--worktree$|^-W$/)))
        found.push("destroy.git-work");
      break;
    case "stash":
      if (has(/^(drop|clear)$/)) found.push("destroy.git-work");
      break;
    case "branch":
      if (has(/^-[a-zA-Z]*D$/)) found.push("destroy.git-work");
      break;
    case "config":
      if (
        has(/^(core\.(hookspath|sshcommand|fsmonitor|pager|editor)|alias\..*|credential\.helper)$/i) &&
        rest.length > 1 &&
        !has(/^--(get|list|unset).*/)
      )
        found.push("write.git-hooks");
      break;
  }
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
