import { secretMarker, WORD_START } from "../range.ts";
import { isNoSecret, looksGenerated, looksMade } from "./no-secret.ts";

/** A place of a secret, recognized by its context. */
export interface Rule {
  kind: string;
  /**
   * Has a group `before`, which is kept, and after it a group `secret`. Every repetition is bounded, so that the time
   * is proportional to the length of any text.
   */
  pattern: RegExp;
  /** A cheaper test for whether the pattern can match at all. */
  hint?: RegExp;
  /**
   * If the context alone says little, which values to mask: those that look like a password or a token, or only those
   * that a program generated.
   */
  made?: "somehow" | "generated";
}

/**
 * Builds a rule from the sources of its parts. Ignores case unless `exact`. `behind` must follow the secret and is
 * kept. A part that begins with a word boundary (`\\b…`) also matches after an escaped line end.
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

/** Replaces what the rules find by markers. */
export function applyRules(rules: readonly Rule[], text: string): string {
  let out = text;
  for (const { pattern, kind, hint, made } of rules) {
    if (hint !== undefined && !hint.test(out)) continue;
    out = out.replace(pattern, (...groups) => {
      const { before, secret } = groups.at(-1) as { before: string; secret: string };
      const whole = groups[0] as string;
      const isMade = made === undefined || (made === "somehow" ? looksMade(secret) : looksGenerated(secret));
      // A name may begin before the match: `DB_` of `DB_PASS`.
      const at = groups.at(-3) as number;
      const named = (groups.at(-2) as string).slice(Math.max(0, at - 1), at) + before;
      if (!isMade || isNoSecret(secret, named)) return whole;
      return before + secretMarker(kind) + whole.slice(before.length + secret.length);
    });
  }
  return out;
}
