import { secretMarker } from "../range.ts";
import { ASSIGNMENTS } from "./assignments.ts";
import { removeColumns } from "./columns.ts";
import { COMMANDS } from "./commands.ts";
import { GENERATED } from "./generated.ts";
import { removeInserted } from "./inserts.ts";
import { LANGUAGES } from "./languages.ts";
import { SECRET_NAME } from "./names.ts";
import { isNoSecret } from "./no-secret.ts";
import { applyRules } from "./rule.ts";
import { SPOKEN } from "./spoken.ts";
import { TRAVELLING } from "./travelling.ts";

const RULES = [...ASSIGNMENTS, ...TRAVELLING, ...COMMANDS, ...SPOKEN, ...LANGUAGES, ...GENERATED];

/**
 * Masks secrets that only their context reveals: a name before an equals sign, a header, a flag, a URL. A linter skips
 * most of these to avoid false positives. Here a false positive costs a reader only one word.
 */
export function removePasswords(text: string): string {
  return applyRules(RULES, removeColumns(removeInserted(text)));
}

/** Returns the value, or a marker instead if its name says that it is a secret. */
export function removeNamedSecret(name: string, value: string): string {
  if (value.length < 2 || !SECRET_NAME.test(`${name}=`) || isNoSecret(value, `${name}=`)) return value;
  return secretMarker("password");
}
