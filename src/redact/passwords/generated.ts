/**
 * Secrets whose name says little (`STRIPE_KEY`, `--auth`, `Fastly-Key:`), but whose value was generated: names that
 * a program, a person or a cache gives to other things have values that people can read.
 */

import { IS, QUOTE } from "./names.ts";
import { type Rule, rule } from "./rule.ts";

const VALUE = "[A-Za-z0-9+/_=~.-]{16,700}";

/** Keys of programs and of databases are no secrets, nor are public ones. */
const NOT_OF =
  "(?!(?:[\\w.]{0,40}[_.-])?(?:cache|public|pub|primary|foreign|sort|partition|idempotency|surrogate|websocket|shard|group|row|index|lookup|query|dedup|locale|object|host|hash|item|list|file|image|layer|artifact|build|lock|parent|unique|record|blob|turn|session|message|request|trace|span|call|tool|agent|prompt|gpg|pgp|signed)s?[_-]?key)";

const NAMES = String.raw`(?:(?<=[A-Za-z0-9])[_-]?key|(?<=[_-])pat|salt|(?:mfa|totp|otp|2fa|hmac|wallet)[_-]?seed|(?<=_)seed|creds?|jwt|bearer|hmac|recovery[_-]?codes?|(?:php|j|asp\w{0,8})sess(?:ion)?_?id|connect\.sid)`;

export const GENERATED: Rule[] = [
  // STRIPE_KEY=…, "github_pat": "…", X-Functions-Key: …, --some-key …
  rule(String.raw`(?<![\w.])${NOT_OF}[\w.-]{0,60}?${NAMES}(?:${IS}|\s{1,4}(?=\S{20}))(?:${QUOTE})?`, VALUE, {
    hint: /(?:key|pat|salt|seed|creds?|jwt|bearer|hmac|codes?|id)["'\\\])]{0,4}(?:\s?[:=]|\s+\S{16})/i,
    made: "generated",
  }),
  // --auth …, --pat …, --header x-team=…, -e NAME=…, basic …
  rule(
    String.raw`(?<![\w-])(?:--(?:auth|pat|bearer|key|creds?)[\s=]{1,4}|(?:--header|--env|-H|-e)[\s=]{1,4}(?:${QUOTE})?[\w.-]{1,60}\s{0,2}[=:]\s{0,2}|basic\s{1,4})(?:${QUOTE})?`,
    VALUE,
    { hint: /--|-[He]|basic/i, made: "generated" },
  ),
  // The token abc…, api key abc…
  rule(
    String.raw`\b(?:token|secret|password|passcode|(?:api|access|secret|private|auth)[ -]key|apikey)\s{1,4}(?:${QUOTE})?`,
    String.raw`[A-Za-z0-9_-]{16,300}(?![\w.:/-])`,
    {
      hint: /token|secret|pass|key/i,
      made: "generated",
    },
  ),
  // /reset-password/…, /invite/…: who has the address is logged in
  rule(
    String.raw`\/(?:reset[_-]?password|password[_-]?reset|magic[_-]?link|verify[_-]?email|email[_-]?verification|confirm(?:ation)?|invit(?:e|ation)s?|unsubscribe|login|signin|token|api[_-]?key)\/`,
    "[A-Za-z0-9_-]{20,300}",
    {
      kind: "token",
      hint: /reset|magic|verif|confirm|invit|subscribe|login|signin|token|key/i,
      made: "generated",
    },
  ),
  // echo … > .token
  rule(String.raw`\b(?:echo|printf)\s{1,4}(?:-\w{1,4}\s{1,4}){0,3}(?:${QUOTE})?`, VALUE, {
    behind: String.raw`(?=(?:${QUOTE})?\s{0,4}>{1,2}\s{0,4}\S{0,100}(?:token|secret|passw|cred|key|\.pem|\.netrc|id_(?:rsa|ed25519)))`,
    hint: /echo|printf/,
    made: "generated",
  }),
];
