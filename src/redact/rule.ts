import { isNoSecret, looksMade } from "./no-secret.ts";
import { secretMarker, WORD_START } from "./range.ts";

/** A place where a secret stands, told by what is around it. */
export interface Rule {
  kind: string;
  /**
   * Has a group `before`, which stays, and behind it a group `secret`. Every repetition is bounded, so that a text of any
   * kind takes time in proportion to its length.
   */
  pattern: RegExp;
  /** A cheaper look at whether the pattern can match at all. */
  hint?: RegExp;
  /** The place alone says little: the value must look like one that was made up. */
  wary?: boolean;
}

/**
 * A rule from the sources of its parts, in any case of letters unless `exact`; `behind` is looked at and stays. A part that
 * begins with a word (`\\b…`) also begins behind an escaped end of a line.
 */
export function rule(
  before: string,
  secret: string,
  more: Omit<Rule, "kind" | "pattern"> & { kind?: string; behind?: string; exact?: true } = {},
): Rule {
  const { kind = "password", behind = "", exact, ...others } = more;
  const start = before.replace(/^(?:\\b|\(\?<!\[\\w-\]\))/, WORD_START);
  return {
    kind,
    pattern: new RegExp(`(?<before>${start})(?<secret>${secret})${behind}`, exact ? "g" : "gi"),
    ...others,
  };
}

/** The text with markers in the place of what the rules find. */
export function applyRules(rules: readonly Rule[], text: string): string {
  let out = text;
  for (const { pattern, kind, hint, wary } of rules) {
    if (hint !== undefined && !hint.test(out)) continue;
    out = out.replace(pattern, (...groups) => {
      const { before, secret } = groups.at(-1) as { before: string; secret: string };
      const whole = groups[0] as string;
      if (isNoSecret(secret, before) || (wary === true && !looksMade(secret))) return whole;
      return before + secretMarker(kind) + whole.slice(before.length + secret.length);
    });
  }
  return out;
}
