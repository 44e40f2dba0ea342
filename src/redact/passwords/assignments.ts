import { IS, NAME, NAME_HINT, QUOTE } from "./names.ts";
import { type Rule, rule } from "./rule.ts";

const NAMED = String.raw`(?:${NAME})[\w.-]{0,40}`;
const ABOUT_NAMED = String.raw`[\w./:-]{0,60}(?:${NAME})[\w./-]{0,40}`;
/** A quotation mark in code or in JSON, escaped or not. */
const Q = String.raw`\\{0,4}["'\x60]`;
/** The gap between two words on two lines, also with line numbers, in a diff or in JSON. */
const GAP = String.raw`(?:[\s+|→]|\\[nrt]|\d{1,6}→){1,20}`;

/** The beginning of the next line, with its indentation. */
const NEXT_LINE = String.raw`(?:\r?\n|(?:\\r)?\\n)(?:[ \t]{0,8}\d{1,6}→|\+)?[ \t]{0,20}`;
const END_OF_LINE = String.raw`(?=[ \t]{0,4}(?:\r?\n|\\[nr]|"|$))`;
const LOWER_NAMED = String.raw`(?:[\w.-]{1,40}[_.-])?(?:password|passwd|passphrase|passwort)`;
/** A password without digits and signs, and not the name of a type. */
const LETTERS =
  "(?!(?:text|varchar|bytes|encrypted|hashed|plain|plaintext|integer|double|object|disabled|enabled|prompt|missing|invalid|incorrect)(?![a-z]))[a-z]{6,40}";

/** What may be between a name and its value when a program prints it: `Some(` in Rust, `string(12) ` in PHP. */
const WRAPPED = String.raw`(?:(?:${GAP}string\(\d{1,5}\)\s)|(?:Some|Ok|Secret\w{0,10})\()?`;

/** Secrets after a name, in configuration files, in code and in JSON. */
export const ASSIGNMENTS: Rule[] = [
  // PASSWORD="…", "apiKey": "…", \"token\": \"…\", &quot;password&quot;:&quot;…
  rule(`${NAMED}${IS}${WRAPPED}(?<quote>${QUOTE})`, String.raw`(?![),;\]}])(?:(?!\k<quote>)[^\n]){2,512}`, {
    hint: NAME_HINT,
  }),
  // In files of variables, in shells and in YAML: DB_PASSWORD=…, MYSQL_PWD: …
  {
    kind: "password",
    hint: /[A-Z]{3}/,
    pattern:
      /(?<before>(?:PASSWORD|PASSWD|PASSPHRASE|_PWD|_PASS|SECRET|TOKEN|CREDENTIALS?|(?:API|ACCESS|AUTH|PRIVATE|SECRET|ACCOUNT|ENCRYPTION|SIGNING|MASTER|APP)_?KEY|_AUTH|_PSK|DSN)[A-Z0-9_]{0,40}\s?[=:]\s?)(?<secret>[^\s"'\x60\\;&|]{3,})/g,
  },
  // DBPASS=…, ROOTPW: …
  rule(
    String.raw`(?<![\w-])(?!ASK|BY|COM|SUR|TRES|UNDER|OVER)[A-Z]{2,20}(?:PASS|PW)${IS}(?:${Q})?`,
    String.raw`[^\s"'\x60\\;&|]{6,200}`,
    {
      exact: true,
      hint: /PASS|PW/,
      made: "somehow",
    },
  ),
  // let token: String = "…"
  rule(
    String.raw`${NAMED}\s{0,2}:\s{0,2}[&'\w<>. |?[\]]{1,60}?\s{0,2}=\s{0,2}(?<quote>${QUOTE})`,
    String.raw`(?:(?!\k<quote>)[^\n]){4,512}`,
    {
      hint: /:\s?[^\s=][^\n=]{0,40}\s?=\s?\\{0,4}["'\x60]/,
      made: "somehow",
    },
  ),
  // Pwd=… between semicolons, with any value
  rule(String.raw`(?<![A-Za-z_])(?:password|pwd)\s{0,2}=\s{0,2}`, String.raw`[^\s;"'<>\\]{3,200}`, {
    behind: String.raw`(?=\s{0,2};)`,
    hint: /;/,
  }),
  rule(String.raw`;\s{0,2}(?:password|pwd)\s{0,2}=\s{0,2}`, String.raw`[^\s;"'<>\\]{3,200}`, { hint: /;/ }),
  // //registry.example.com/:_password=…, with any value
  rule(
    String.raw`:_(?:password|auth|authToken)\s{0,2}=\s{0,2}(?:${Q})?`,
    String.raw`[^\s"'\x60;\\$]{4,700}`,
    {
      hint: /:_/,
    },
  ),
  // password: hunter2, token=abc123…: only values that are not words of a language or of a program
  rule(
    `${NAMED}${IS}`,
    String.raw`(?=[^\s"'\x60\\;,&|<>]{0,80}[0-9@#$%^*!?+])[^\s"'\x60\\;,&|(){}[\]<>]{6,}`,
    { behind: String.raw`(?!\s?\()`, hint: NAME_HINT },
  ),
  // password: sunshine, a word like any other, below user: me or [client]
  rule(
    String.raw`(?<![\w-])(?:user|user_?name|login|e?mail|host|hostname|database|db_?name|port):[ \t]{1,4}[^\s\\][^\n\\]{0,80}${NEXT_LINE}(?:[\w.-]{1,40}:[^\n\\]{0,100}${NEXT_LINE}){0,3}${LOWER_NAMED}:[ \t]{1,4}`,
    LETTERS,
    { exact: true, behind: END_OF_LINE, hint: /pass/ },
  ),
  rule(
    String.raw`\[[a-z][\w.: "-]{0,40}\]${NEXT_LINE}(?:[\w.-]{1,40}[ \t]{0,4}=[^\n\\]{0,100}${NEXT_LINE}){1,4}${LOWER_NAMED}[ \t]{0,4}=[ \t]{0,4}`,
    LETTERS,
    { exact: true, behind: END_OF_LINE, hint: /pass/ },
  ),
  // password: >- with the value on the next line
  rule(String.raw`${NAMED}:\s{1,4}[>|][+-]?${GAP}`, String.raw`[^\s"'\\]{3,512}`, { hint: /:\s{1,4}[>|]/ }),
  // <password>…</password>
  rule(
    String.raw`(?:<|&lt;)(?:[\w.-]{1,40}:)?[\w.-]{0,40}?(?:${NAME}|pass|auth)[\w.-]{0,40}(?:\s[^<>\n]{0,200})?(?:>|&gt;)\s{0,20}`,
    String.raw`[^<>&\s][^<>&\n]{1,511}?`,
    { behind: String.raw`(?=\s{0,20}(?:<\\?/|&lt;/))`, hint: /<\\?\/|&lt;\// },
  ),
  // <property name="db.password">…</property>, <key>Password</key><string>…</string>
  rule(
    String.raw`<\w{1,40}\s[^<>\n]{0,60}?(?:name|key|id)=${Q}${ABOUT_NAMED}${Q}[^<>\n]{0,60}>\s{0,20}`,
    String.raw`[^<>&\s]{2,512}`,
    { behind: String.raw`(?=\s{0,20}<\\?/)`, hint: /<\\?\//, made: "somehow" },
  ),
  rule(String.raw`<key>${ABOUT_NAMED}<\\?/key>${GAP}<string>`, "[^<>&]{2,512}", { hint: /<key>/ }),
  // key="ApiKey" value="…", "name": "DB_PASSWORD", "value": "…", - name: DB_PASSWORD / value: …
  rule(
    String.raw`(?<![\w-])(?:${Q})?(?:name|key)(?:${Q})?\s{0,3}[:=]\s{0,3}(?:${Q})?(?:${ABOUT_NAMED}|(?:[\w.-]{0,20}sess(?:ion)?(?:_?id)?|sid|(?:set-)?cookie))(?:${Q})?,?(?:${GAP}|,)(?:${Q})?value(?:${Q})?\s{0,3}[:=]\s{0,3}(?:${Q})?`,
    String.raw`[^\s"'\x60\\<>,]{2,512}`,
    { hint: /value/i },
  ),
  rule(String.raw`\bvalue(?:${Q})?\s{0,3}[:=]\s{0,3}${Q}`, String.raw`[^\s"'\x60\\<>]{2,512}`, {
    behind: `(?=${Q}[,\\s]{1,20}(?:${Q})?(?:name|key)(?:${Q})?\\s{0,3}[:=]\\s{0,3}(?:${Q})?${ABOUT_NAMED})`,
    hint: /value/i,
  }),
  // variable "db_password" { default = "…" }
  rule(
    String.raw`\bvariable\s{1,4}${Q}${ABOUT_NAMED}${Q}[^{}]{0,4}\{[^{}]{0,400}?\bdefault\s{0,20}=\s{0,4}${Q}`,
    String.raw`[^"'\n\\]{2,512}`,
    { hint: /variable/ },
  ),
  // define('DB_PASSWORD', '…'), SetEnvironmentVariable("TOKEN", "…")
  rule(
    String.raw`\b(?:define|set_?env\w{0,30}|putenv)\(\s{0,4}${Q}[\w.-]{0,40}(?:${NAME}|salt)[\w.-]{0,40}${Q}\s{0,4},\s{0,4}(?<quote>${QUOTE})`,
    String.raw`(?:(?!\k<quote>)[^\n]){2,512}`,
    { hint: /define|set_?env|putenv/i },
  ),
  // localStorage.setItem("token", "…"), headers.set("x-api-key", "…")
  rule(
    String.raw`\b(?:setItem|setHeader|setRequestHeader|setProperty|set|append|header)\(\s{0,4}${Q}[\w.-]{0,40}(?:${NAME})[\w.-]{0,40}${Q}\s{0,4},\s{0,4}(?<quote>${QUOTE})`,
    String.raw`(?:(?!\k<quote>)[^\n]){6,512}`,
    { hint: /(?:setItem|Header|setProperty|set|append|header)\(/, made: "somehow" },
  ),
  // A table of names and values: password            …
  rule(
    String.raw`(?:(?<=^|\n|\\n)|→|\+)[\w.-]{0,40}(?:${NAME})[\w.-]{0,40}[ \t]{2,40}`,
    String.raw`[^\s"'\\|]{6,200}`,
    {
      behind: String.raw`(?=\s|\\|"|$)`,
      hint: /[a-z][ \t]{2}/i,
      made: "somehow",
    },
  ),
  rule(String.raw`#define\s{1,4}${ABOUT_NAMED}\s{1,4}(?:${Q})?`, String.raw`[^\s"'\\]{3,512}`, {
    hint: /#define/,
  }),
  // | password | … |
  rule(String.raw`\|\s{0,20}${NAMED}\s{0,40}\|\s{0,20}`, String.raw`[^\s|]{6,200}`, {
    behind: String.raw`(?=\s{0,40}\|)`,
    hint: /\|/,
    made: "somehow",
  }),
  // storePassword "…", send-less forms of Gradle and of servers' configurations
  rule(
    String.raw`\b(?:store|key)Password\s{1,4}(?<quote>${QUOTE})`,
    String.raw`(?:(?!\k<quote>)[^\n]){2,200}`,
    { hint: /Password/ },
  ),
  rule(
    String.raw`(?<![\w-])(?:requirepass|masterauth|rocommunity6?|rwcommunity6?|enable (?:secret|password)(?: \d)?|username \S{1,60}(?: privilege \d{1,2})? (?:password|secret)(?: \d)?)[ \t]{1,8}`,
    String.raw`[^\s"'\\]{3,200}`,
    { hint: /requirepass|masterauth|community|enable|username/ },
  ),
  rule(String.raw`\b(?:user|setuser) \S{1,60} on [^\n]{0,100}?>`, String.raw`[^\s"'\\]{3,200}`, {
    hint: /user /i,
  }),
  rule(String.raw`${Q}[^"'\s]{1,60}${Q}[ \t]{1,8}\*[ \t]{1,8}${Q}`, String.raw`[^"'\s\\]{3,200}`, {
    behind: String.raw`(?=${Q}[ \t]{1,8}(?:\*|\d))`,
    hint: /\*/,
  }),
  rule(String.raw`:\s{0,4}(?:PSK|XAUTH|EAP)\s{1,4}${Q}`, String.raw`[^"'\n\\]{3,200}`, {
    hint: /PSK|XAUTH|EAP/,
  }),
  // machine example.com login me password …
  rule(
    String.raw`(?:\bmachine\s{1,4}\S{1,200}|\blogin\s{1,4}\S{1,200}|\bdefault)${GAP}(?:login\s{1,4}\S{1,200}${GAP})?password\s{1,4}`,
    String.raw`[^\s"'\\]{2,200}`,
    { hint: /machine|login|default/ },
  ),
  // .pgpass: host:port:database:user:…
  rule(
    String.raw`(?<![\w:/.-])[\w.*-]{1,100}:(?:\d{2,5}|\*):[\w*-]{1,60}:[\w*.-]{1,60}:`,
    String.raw`[^\s:"'\\]{6,200}`,
    { hint: /:(?:\d{2,5}|\*):/, made: "somehow" },
  ),
  // BUNDLE_GEMS__EXAMPLE__COM: "me:…"
  rule(
    String.raw`\bBUNDLE_\w{1,80}["']?\s{0,2}[:=]\s{0,2}(?:${Q})?[\w.@-]{1,100}:`,
    String.raw`[^\s"'\\]{3,200}`,
    { hint: /BUNDLE_/ },
  ),
  // JSON Web Keys
  rule(String.raw`${Q}kty${Q}[^{}]{0,800}?${Q}(?:d|k)${Q}\s{0,4}:\s{0,4}${Q}`, String.raw`[\w-]{20,700}`, {
    hint: /kty/,
  }),
  // Private keys of blockchains
  rule(
    String.raw`\b(?:accounts?|mnemonic|private[ _-]?keys?)(?:${Q})?\s{0,4}[:=]\s{0,4}\[?\s{0,4}(?:${Q})?`,
    "(?:0x)?[0-9a-f]{64}",
    { hint: /account|mnemonic|private/i },
  ),
  // Encrypted by a password that may be weak
  rule(
    String.raw`\$ANSIBLE_VAULT;[\w.;]{3,60}${GAP}`,
    String.raw`[0-9a-f]{6,}(?:(?:[ \t+|→]|\r?\n|\\[nr]|\d{1,6}→){1,20}[0-9a-f]{6,}){0,2000}`,
    { hint: /ANSIBLE_VAULT/ },
  ),
];
