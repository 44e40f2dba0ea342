/** Takes secrets out of settings text that is about to be shown. */

import { maskSecret, maskUrl } from "../config/text/secret.ts";

const MASK = "****";

/**
 * One line or more of JSON text with every value masked that is a secret by its key (token, key, headers, …) or by
 * its look (a bearer token, a well-known prefix, a password in a URL). Header names stay readable. Foreign keys are
 * treated as ours: a diff shows its surroundings, and there an API key may stand.
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

// Words that make a key secret; CCOTEL_HEADERS_FILE and otelHeadersHelper only say where the secret is.
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
