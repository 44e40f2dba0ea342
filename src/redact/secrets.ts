import { removeNamedSecret, removePasswords } from "./passwords/passwords.ts";
import { replaceRanges, secretMarker } from "./range.ts";
import { removeEncoded } from "./tokens/encoded.ts";
import { knownSecrets } from "./tokens/known-secrets.ts";
import { removeKubernetesSecrets } from "./tokens/kubernetes.ts";
import { removeLabelledTokens } from "./tokens/labelled-tokens.ts";
import { removePrivateKeys } from "./tokens/private-keys.ts";
import { removeTokens } from "./tokens/token-prefixes.ts";

/** The shortest text that any rule masks, including the name before the secret. */
const SHORTEST = 8;

/**
 * Masks what looks like a secret: first with secretlint's rules, then with ccotel's own rules. `name` is the name of
 * the value, if the text has one: `password` says more than any password.
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

/** A text that is only a 256-bit key. A hash has the name of its subject beside it. */
const BARE_KEY = /^\s{0,20}(?:0x)?[0-9a-fA-F]{64}\s{0,20}$/;

/** Masks with ccotel's own rules. */
function removeOwn(text: string): string {
  return removePasswords(
    removeLabelledTokens(removeTokens(removeKubernetesSecrets(removePrivateKeys(text)))),
  );
}

function hasSecret(text: string): boolean {
  return removeOwn(text) !== text;
}
