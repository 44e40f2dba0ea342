import { knownSecrets } from "./known-secrets.ts";
import { removeNamedSecret, removePasswords } from "./passwords.ts";
import { removePrivateKeys } from "./private-keys.ts";
import { replaceRanges } from "./range.ts";
import { removeTokens } from "./token-prefixes.ts";

/** The shortest thing that any rule takes for a secret, with the name before it. */
const SHORTEST = 8;

/**
 * The text without what looks like a secret: first by the kept rule set, then by rules of our own. `name`: what the text
 * is the value of, where it is one: `password` says more than any password.
 */
export function removeSecrets(text: string, name?: string): string {
  if (name !== undefined) {
    const masked = removeNamedSecret(name, text);
    if (masked !== text) return masked;
  }
  if (text.length < SHORTEST) return text;
  const known = replaceRanges(text, knownSecrets(text));
  return removePasswords(removeTokens(removePrivateKeys(known)));
}
