/** Names of secrets. Does not match similar names: `author`, `tokenizer`, `max_tokens`, `PASS` as a test's result. */
export const NAME = [
  "password|passwd|passphrase|passcode|passwort|kennwort|contrase[nñ]a|mot_de_passe|senha|wachtwoord",
  String.raw`(?<!(?<!\\)[A-Za-z])(?:pwd|psk(?![a-z])|pw(?![A-Za-z0-9]))|(?<=[a-z])Pwd|(?<=[a-z_.-])(?<!by|com|sur|tres|under|over|ask)pass(?![a-z])|(?<![A-Za-z0-9])pass(?=["'\\]{0,3}\s?[:=])`,
  "secret(?!ar)|token(?!i[sz])|credentials?|api[_-]?key|apikey|privkey",
  "(?:auth|access|private|preshared|secret|account|encryption|signing|master|subscription|application|sharedaccess|client|aes|hmac|storage|deploy|admin|service)[_-]?key",
  String.raw`sharedaccesssignature|connection[_-]?string|honeycomb-team|_?auth(?=["'\\\s:=])|pepper(?=\s?=)|key-data`,
].join("|");

/** A quotation mark in any form: plain, escaped, in HTML, in a URL, in JSON. */
export const QUOTE = String.raw`\\{0,8}["'\x60]|&quot;|&#0?3[49];|&apos;|%2[27]|\\{1,2}u002[27]`;

/** The text between a name and its value. */
export const IS = String.raw`(?:["'\\\])]{0,9}|&quot;|%22|\\{1,2}u0022)\s{0,4}(?::=|=>|[:=：]|%3[AaDd]|\\{1,2}u003[ad])\s{0,4}`;

/** A cheap test for whether a text may contain any of these names. */
export const NAME_HINT =
  /pass|pwd|pw|psk|secret|token|cred|key|auth|shared|connection|honeycomb|kennwort|contrase|senha|wachtwoord|pepper/i;

export const SECRET_NAME = new RegExp(NAME, "i");
