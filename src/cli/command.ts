import { envNames, type Option, type OptionKey, options, showValue } from "../config/options/options.ts";
import type { Flags } from "../config/source.ts";
import type { Io } from "./io.ts";

/** One command: what help says about it, and where its code is. */
export interface Command {
  readonly name: string;
  /** Half a sentence for the list of commands. */
  readonly summary: string;
  /** What may stand behind the command's name besides flags, one form of use each. */
  readonly usage: readonly string[];
  /** Paragraphs. */
  readonly about: readonly string[];
  readonly flags: readonly Flag[];
  /** How many words besides flags it takes. */
  readonly maxTargets: number;
  readonly examples: readonly string[];
  /** Loaded only when it is run: most commands need neither the exporters nor each other. */
  readonly load: () => Promise<Run>;
}

/** Returns the exit code. What the user can repair is thrown as a `UserError`. */
export type Run = (input: Input, io: Io) => Promise<number>;

/** What was written behind the command's name. */
export interface Input {
  readonly targets: readonly string[];
  /** By name without dashes: a text, a list of them for a repeated flag, `true` for one without a value. */
  readonly flags: Flags;
}

export interface Flag {
  readonly name: string;
  readonly meaning: string;
  /** What its value is, for help; without it the flag has none. */
  readonly takes?: string;
  readonly repeated?: true;
}

/** A flag that stands in the option table, with the table's words. */
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

/** The value of a flag that is given once. */
export function textFlag(input: Input, name: string): string | undefined {
  const value = input.flags[name];
  return typeof value === "string" ? value : undefined;
}
