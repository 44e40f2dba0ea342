import { type Rule, rule } from "./rule.ts";

const HINT = /pass|token|key|secret|pw|kennwort|contrase/i;
const Q = String.raw`\\{0,4}["'\x60]`;
const SECRET_WORD =
  "(?:password|passwd|passphrase|passwort|passcode|kennwort|contrase[nñ]a|pw|(?:api |access |auth |secret |private )?(?:token|key)|secret)";

/** A code for the loss of a second factor: groups of letters and digits. */
const CODE = String.raw`(?=[A-Za-z -]{0,12}\d)[A-Za-z0-9]{4,12}(?:[- ][A-Za-z0-9]{4,12}){0,4}(?![\w:/]|\.\w)`;
/** What is between such codes, also with line numbers, in a diff or in JSON. */
const BETWEEN = String.raw`(?:[\s+|→,;[\]"'\x60*•-]|\\[nrt]|\\{1,4}"|\d{1,6}→|\d{1,2}[.)](?=\s)){0,24}`;

/** Secrets in statements, in calls with a user and a password, and in prose. */
export const SPOKEN: Rule[] = [
  rule(
    String.raw`\bIDENTIFIED\s{1,4}(?:WITH\s{1,4}\S{1,60}\s{1,4})?(?:BY|AS)(?:\s{1,4}PASSWORD)?\s{1,4}(?:${Q})?`,
    String.raw`[^\s"'\x60;\\]{2,200}`,
    { hint: /IDENTIFIED/i },
  ),
  rule(
    String.raw`\bPASSWORD\s{0,4}(?:=\s{0,4})?\(?\s{0,2}(?<quote>\\{0,4}')`,
    String.raw`(?:(?!\k<quote>)[^\n]){2,200}`,
    { hint: /PASSWORD/i, exact: true },
  ),
  // connect(host, "me", "…"), auth=("me", "…"), HTTPBasicAuth('me', '…')
  rule(
    String.raw`\b(?:(?:connect|login|basic_?auth|SetBasicAuth|HTTPBasicAuth|HTTPDigestAuth|NetworkCredential|PSCredential|getConnection|mysqli_connect|pg_connect|PDO)|auth\s{0,2}[=:]\s{0,2})\s{0,2}[([]\s{0,4}(?:[^,()\n]{1,120},\s{0,4}){1,3}(?:Some\()?${Q}`,
    String.raw`[^"'\x60\s\\]{4,200}`,
    { behind: `(?=${Q})`, hint: /connect|login|auth|credential|PDO/i, made: "somehow" },
  ),
  rule(
    String.raw`\b(?:jwt\.(?:sign|verify|encode|decode)|createHmac|hmac\.new|hash_hmac)\(\s{0,4}[^,()\n]{1,200},\s{0,4}${Q}`,
    String.raw`[^"'\x60\s\\]{4,200}`,
    { behind: `(?=${Q})`, hint: /jwt\.|hmac/i, made: "somehow" },
  ),
  rule(
    String.raw`\b(?:setPassword|setSecret|setToken|setApiKey|withPassword)\(\s{0,4}${Q}`,
    String.raw`[^"'\x60\n\\]{2,200}`,
    { hint: /set|withPassword/ },
  ),
  rule(String.raw`ConvertTo-SecureString\s{1,4}(?:-String\s{1,4})?${Q}`, String.raw`[^"'\n\\]{2,200}`, {
    hint: /SecureString/i,
  }),
  // The password is …, das Passwort lautet …
  rule(
    String.raw`\b${SECRET_WORD}(?:\s{1,4}(?:for|of|on|has|been|there|now|here)){0,3}(?:\s{1,4}(?:\w{1,20}\s{1,4}){0,2}?(?:is|was|are|set to|ist|lautet|war|es)\s{0,4}:?|\s{0,4}:)\s{1,4}(?:${Q})?`,
    String.raw`[^\s"'\x60,;\\]{6,200}?`,
    {
      behind: String.raw`(?=[.,;:!?)\]]{0,3}(?:[\s"'\x60\\]|$))`,
      hint: HINT,
      made: "somehow",
    },
  ),
  rule(
    String.raw`\b(?:password|passphrase|passwort|passcode)\s{1,4}(?:is|was|ist|lautet)\s{0,4}:?\s{1,4}(?<quote>${Q})`,
    String.raw`(?:(?!\k<quote>)[^\n\s]){4,200}`,
    { behind: String.raw`(?=\k<quote>)`, hint: /pass/i },
  ),
  rule(
    String.raw`\b(?:password|passphrase|passwort|pw)\s{1,4}`,
    String.raw`(?=[a-z]{0,40}[0-9])[\w#!%$+=*-]{8,200}`,
    { behind: String.raw`(?=[.,;:!?)\]]{0,3}(?:[\s"'\x60\\]|$))`, hint: /pass|pw/i, made: "somehow" },
  ),
  // The words from which a wallet is restored
  rule(
    String.raw`\b(?:mnemonic|seed|(?:seed|recovery|secret|backup)[ _-]?(?:phrase|words))(?:${Q})?\s{0,3}(?:[:=]|is|are)\s{0,3}(?:${Q})?`,
    "(?:[a-z]{3,8} ){11,23}[a-z]{3,8}",
    { hint: /mnemonic|seed|phrase|words/i },
  ),
  // Recovery codes: 1a2b3-c4d5e …, one or many, in a list or on a line
  rule(
    String.raw`\b(?:recovery|backup|scratch|emergency|rescue|one-time|2fa|mfa|two-factor)(?:[ _-]\w{1,14}){0,2}?[ _-]codes?(?:${Q})?(?:\s{0,3}[:=]|\s{1,3}(?:is|are)\b:?|(?=\n|\\[nr]))${BETWEEN}`,
    `${CODE}(?:${BETWEEN}(?<![A-Za-z0-9])${CODE}){0,40}`,
    { hint: /codes?/i },
  ),
  // A temporary password is generated for root@localhost: …, PASSWORD elastic = …
  rule(
    String.raw`\b(?:temporary|generated|initial|default|new|admin|root|following)\s{1,4}(?:security\s{1,4})?(?:password|token|secret)\b[^\n\\]{0,80}?:(?:[\s+|→]|\\[nr]|\d{1,6}→){1,20}`,
    String.raw`[^\s"'\x60,;\\]{6,200}`,
    { hint: /password|token|secret/i, made: "somehow" },
  ),
  rule(String.raw`\bPASSWORD \w{1,40} = `, String.raw`[^\s"'\\]{6,200}`, { hint: /PASSWORD/, exact: true }),
  rule("::add-mask::", String.raw`[^\s"'\x60\\]{3,500}`, { hint: /::add-mask::/ }),
  // Use … as the password
  rule(String.raw`\b(?:use|with|try|enter|set|choose)\s{1,4}(?:${Q})?`, String.raw`[^\s"'\x60,;\\]{6,200}`, {
    behind: String.raw`(?=(?:${Q})?\s{1,4}as\s{1,4}(?:\w{1,10}\s{1,4}){0,3}${SECRET_WORD})`,
    hint: HINT,
    made: "somehow",
  }),
  rule(
    String.raw`\b(?:credentials?|creds|login|user\/pass(?:word)?)\s{0,2}:?\s{1,4}[\w.@-]{1,60}\s{0,2}\/\s{0,2}`,
    String.raw`[^\s"'\x60,;\\]{6,200}`,
    { hint: /cred|login|user\//i, made: "somehow" },
  ),
  rule(
    String.raw`\b(?:credentials?|creds):[ \t]{1,4}(?:admin|administrator|root|test|demo|guest|postgres|sa)\s{0,2}\/\s{0,2}`,
    "[a-z]{5,40}",
    { behind: String.raw`(?=[.,;:!?)\]]{0,3}(?:[\s"'\x60\\]|$))`, hint: /cred/i },
  ),
];
