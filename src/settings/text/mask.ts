/** Masks secrets in settings text for display. */

import { MASK, maskSecret, maskUrl } from "../../config/text/secret.ts";

/**
 * Masks values in one or more lines of JSON text: those whose key says so (token, key, headers, …) and those that look
 * like a secret (a bearer token, a known prefix, a password in a URL). Keeps header names readable. Treats all keys
 * alike, since a diff also shows lines that ccotel did not write, and these may hold an API key.
 */
export function maskSettings(text: string): string {
  return text
    .replace(
      /("(?:[^"\\]|\\.)*")(\s*:\s*)"((?:[^"\\]|\\.)*)"/g,
      (_, key: string, colon: string, value: string) => `${key}${colon}"${maskValue(key, value)}"`,
    )
    .replace(/\b((?:Bearer|Basic|Api-Token|ApiKey)(?:[ +]|%20))([^\s"',]+)/gi, (_, scheme, token) =>
      token.endsWith(MASK) ? scheme + token : scheme + MASK,
    )
    .replace(/\b(?:sk|pk|xaat|glc|hcaik|lsv2|ghp|gho|xox[abp]|pylf|dt0c01)[-_.][\w.-]{8,}/g, MASK)
    .replace(/\b(\w+:\/\/)[^\s"'/@]+@/g, `$1${MASK}@`);
}

/**
 * Words that make a key secret. CCOTEL_HEADERS_FILE and otelHeadersHelper are not secret: they only say where the
 * secret is.
 */
const SECRET_KEY =
  /HEADERS"$|TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIAL|AUTH|(?:API|ACCESS|PRIVATE|LICENSE)_?KEY|_KEY"$/i;

function maskValue(key: string, value: string): string {
  if (/HEADERS"$/i.test(key)) {
    return value.replace(
      /(^|,)([^=,]*)=([^,]*)/g,
      (_, comma, name, secret) => `${comma}${name}=${maskHeader(secret)}`,
    );
  }
  if (SECRET_KEY.test(key)) return value === "" ? value : maskSecret(value);
  return /^https?:\/\//.test(value) ? maskUrl(value) : value;
}

function maskHeader(value: string): string {
  return maskSecret(value.replaceAll("%20", " ")).replaceAll(" ", "%20");
}
