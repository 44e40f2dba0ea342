import { createContext, Script } from "node:vm";
import type { OwnRule } from "../../redact/own-rules.ts";

/** How long all own rules together may look at one text. */
const MAX_MS_A_TEXT = 100;

/** How long they may look at all texts of one process, after which they are not asked any more. */
const MAX_MS_IN_ALL = 10_000;

/** Stands for a text that the rules could not be asked about in time: what has not been checked does not leave. */
export const UNCHECKED = "[not checked: own rules took too long]";

/**
 * Applies the user's rules. A regular expression can take for ever (`(a+)+$`), and nothing but a script's timeout stops
 * one that runs; so they run as a script, with a bound on each text and on all of them.
 */
export function createOwnRules(
  rules: readonly OwnRule[],
  limits = { aText: MAX_MS_A_TEXT, inAll: MAX_MS_IN_ALL },
): (text: string) => string {
  const context = createContext({
    text: "",
    patterns: rules.map(({ pattern }) => pattern),
    markers: rules.map(({ line }) => `[own rule: line ${line}]`),
  });
  const script = new Script(
    "patterns.reduce((out, pattern, i) => out.replace(pattern, () => markers[i]), text)",
  );
  let leftMs = limits.inAll;
  return (text) => {
    if (text === "") return text;
    if (leftMs < 1) return UNCHECKED;
    const startMs = performance.now();
    context.text = text;
    try {
      return script.runInContext(context, { timeout: Math.min(limits.aText, Math.ceil(leftMs)) }) as string;
    } catch (error) {
      if ((error as { code?: string }).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
      return UNCHECKED;
    } finally {
      leftMs -= performance.now() - startMs;
    }
  };
}
