import { createContext, Script } from "node:vm";
import type { OwnRule } from "../../redact/own-rules.ts";

/** Time that all of the user's rules together may take for one text. */
const MAX_MS_A_TEXT = 100;

/** Time that they may take in one process. After that, no rule runs any more. */
const MAX_MS_IN_ALL = 10_000;

/** Replaces a text that the rules could not check in time, because an unchecked text must not leave. */
export const UNCHECKED = "[not checked: own rules took too long]";

/**
 * Applies the user's rules. A regular expression can run without end (`(a+)+$`), and only the timeout of a `node:vm`
 * script stops it. So the rules run as a script, with a time limit for each text and one for all texts.
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
