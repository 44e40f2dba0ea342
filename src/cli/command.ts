import { envNames, type Option, type OptionKey, options, showValue } from "../config/options/options.ts";
import type { Flags } from "../config/source.ts";
import type { Io } from "./io.ts";

/** One command: its help text and how to load its code. */
export interface Command {
  readonly name: string;
  /** A phrase for the list of commands. */
  readonly summary: string;
  /** The arguments besides flags, one form of use each. */
  readonly usage: readonly string[];
  /** The paragraphs of the description. */
  readonly about: readonly string[];
  readonly flags: readonly Flag[];
  /** The maximum number of arguments besides flags. */
  readonly maxTargets: number;
  readonly examples: readonly string[];
  /**
   * Keeps compiled code for its next run. For commands that are run often, and that keep what they read in the state
   * folder anyway.
   */
  readonly keepsCode?: true;
  /** Loads the code when the command runs: most commands need neither the exporters nor each other. */
  readonly load: () => Promise<Run>;
}

/** Runs a command and returns its exit code. Throws a `UserError` for what the user can fix. */
export type Run = (input: Input, io: Io) => Promise<number>;

/** The arguments of a command. */
export interface Input {
  readonly targets: readonly string[];
  /** By name without dashes: a string, an array for a repeated flag, `true` for a flag without a value. */
  readonly flags: Flags;
}

export interface Flag {
  readonly name: string;
  readonly meaning: string;
  /** The placeholder of its value in the help text. Without it the flag takes no value. */
  readonly takes?: string;
  readonly repeated?: true;
}

/** Builds a flag from the option table, with the table's words. */
export function flagOf(key: OptionKey, more: Pick<Flag, "repeated"> = {}): Flag {
  const option = options[key] as Option<unknown>;
  const [variable] = envNames(option);
  return {
    name: option.flag ?? key,
    takes: option.placeholder ?? "VALUE",
    meaning: `${option.meaning} Default: ${option.defaultText ?? showValue(option, option.default)}. Also: ${variable}.`,
    ...more,
  };
}

/** Returns the value of a flag that can be given once. */
export function textFlag(input: Input, name: string): string | undefined {
  const value = input.flags[name];
  return typeof value === "string" ? value : undefined;
}
