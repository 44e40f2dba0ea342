import { removeEncoded } from "./encoded.ts";
import { knownSecrets } from "./known-secrets.ts";
import { removeKubernetesSecrets } from "./kubernetes.ts";
import { removeNamedSecret, removePasswords } from "./passwords.ts";
import { removePrivateKeys } from "./private-keys.ts";
import { replaceRanges, secretMarker } from "./range.ts";
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
  if (BARE_KEY.test(text)) return secretMarker("key");
  return removeOwn(removeEncoded(replaceRanges(text, knownSecrets(text)), hasSecret));
}

/** A key of 256 bits as the whole of a text. Hashes have the name of what they are of beside them. */
const BARE_KEY = /^\s{0,20}(?:0x)?[0-9a-fA-F]{64}\s{0,20}$/;

/** By our own rules. */
function removeOwn(text: string): string {
  return removePasswords(removeTokens(removeKubernetesSecrets(removePrivateKeys(text))));
}

function hasSecret(text: string): boolean {
  return removeOwn(text) !== text;
}
