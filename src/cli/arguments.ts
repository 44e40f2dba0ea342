import { parseArgs } from "node:util";
import { nearest } from "../config/text/nearest.ts";
import { UserError } from "../config/user-error.ts";
import type { Command, Flag, Input } from "./command.ts";

/**
 * Parses the arguments after a command's name. Throws a `UserError` for an unknown flag and suggests the nearest one.
 */
export function parseArguments(command: Command, args: readonly string[]): Input {
  const { tokens, positionals } = parseArgs({
    args: [...args],
    options: Object.fromEntries(command.flags.map((flag) => [flag.name, optionOf(flag)])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const flags: Record<string, string | true | string[]> = {};
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const flag = command.flags.find(({ name }) => name === token.name);
    if (flag === undefined) throw unknownFlag(command, token.rawName);
    const value = flagValue(command, flag, token);
    const before = flags[flag.name];
    if (flag.repeated && typeof value === "string") {
      flags[flag.name] = Array.isArray(before) ? [...before, value] : [value];
    } else {
      flags[flag.name] = value;
    }
  }
  if (positionals.length > command.maxTargets) throw tooMany(command, positionals);
  return { targets: positionals, flags };
}

function optionOf(flag: Flag) {
  return { type: flag.takes === undefined ? ("boolean" as const) : ("string" as const) };
}

function flagValue(
  command: Command,
  flag: Flag,
  token: { rawName: string; value?: string | undefined; inlineValue?: boolean | undefined },
): string | true {
  const hint = `See ccotel ${command.name} --help.`;
  if (flag.takes === undefined) {
    if (token.value === undefined) return true;
    throw new UserError(`${token.rawName} takes no value, but has "${token.value}".`, { hint });
  }
  // In `--endpoint --dry-run` the value is missing. A value that begins with a dash needs an equals sign.
  const isFlag = token.value?.startsWith("-") === true && token.inlineValue !== true;
  if (token.value !== undefined && !isFlag) return token.value;
  throw new UserError(`${token.rawName} needs a value: ${token.rawName} ${flag.takes}.`, { hint });
}

function unknownFlag(command: Command, rawName: string): UserError {
  const names = command.flags.map(({ name }) => name);
  const name = rawName.replace(/^-+/, "");
  // Skip single letters: they are equally near to every short name.
  const meant = name.length > 1 ? nearest(name, names) : undefined;
  const hint = meant === undefined ? `See ccotel ${command.name} --help.` : `Did you mean --${meant}?`;
  return new UserError(`ccotel ${command.name} has no flag ${rawName}.`, { hint });
}

function tooMany(command: Command, positionals: readonly string[]): UserError {
  const extra = positionals.slice(command.maxTargets).join(" ");
  const takes = command.maxTargets === 0 ? "takes no words besides flags" : "takes one of these at a time";
  return new UserError(`ccotel ${command.name} ${takes}: what about "${extra}"?`, {
    hint: `See ccotel ${command.name} --help.`,
  });
}
