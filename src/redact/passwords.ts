import { ASSIGNMENTS } from "./assignments.ts";
import { COMMANDS } from "./commands.ts";
import { SECRET_NAME } from "./names.ts";
import { isNoSecret } from "./no-secret.ts";
import { secretMarker } from "./range.ts";
import { applyRules } from "./rule.ts";
import { SPOKEN } from "./spoken.ts";
import { TRAVELLING } from "./travelling.ts";

const RULES = [...ASSIGNMENTS, ...TRAVELLING, ...COMMANDS, ...SPOKEN];

/**
 * Secrets that only what stands around them gives away: a name before an equals sign, a header, a flag, a URL. A linter
 * leaves most of them alone for fear of false alarms; what is masked here needlessly costs a reader one word.
 */
export function removePasswords(text: string): string {
  return applyRules(RULES, text);
}

/** The value, or a marker in its place where the name that it stands under says that it is a secret. */
export function removeNamedSecret(name: string, value: string): string {
  if (value.length < 2 || !SECRET_NAME.test(`${name}=`) || isNoSecret(value, `${name}=`)) return value;
  return secretMarker("password");
}
