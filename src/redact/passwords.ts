import { secretMarker } from "./range.ts";

/**
 * Secrets that only what stands around them gives away: a name before an equals sign, a header, a flag, a URL. A linter
 * leaves most of them alone for fear of false alarms; what is masked here needlessly costs a reader one word.
 */
export function removePasswords(text: string): string {
  let out = text;
  for (const { pattern, kind, hint } of RULES) {
    if (hint !== undefined && !hint.test(out)) continue;
    out = out.replace(pattern, (...groups) => {
      const { before, secret } = groups.at(-1) as { before: string; secret: string };
      return isNoSecret(secret, before) ? (groups[0] as string) : before + secretMarker(kind);
    });
  }
  return out;
}

/** The value, or a marker in its place where the name that it stands under says that it is a secret. */
export function removeNamedSecret(name: string, value: string): string {
  if (value.length < 2 || !SECRET_NAME.test(`${name}=`) || isNoSecret(value, name)) return value;
  return secretMarker("password");
}

interface PasswordRule {
  kind: string;
  /** Has a group `before`, which stays, and a group `secret`. */
  pattern: RegExp;
  /** A cheaper look at whether the pattern can match at all. */
  hint?: RegExp;
}

/** Names of secrets. Not of their like: `author`, `PWD` (the folder), `tokenizer`, `max_tokens`. */
const NAME = [
  String.raw`password|passwd|passphrase|passwort|(?<=[_;-]\s?)pwd|secret(?!ar)|token(?!i[sz])|credentials?|api[_-]?key|apikey`,
  "(?:auth|access|private|secret|account|encryption|signing|master|subscription|application|sharedaccess)[_-]?key",
  String.raw`sharedaccesssignature|connection[_-]?string|honeycomb-team|_?auth(?=["'\\\s:=])`,
].join("|");

const SECRET_NAME = new RegExp(NAME, "i");

/** Between a name and its value: quotes that may be escaped, and one of `=`, `:`, `:=`, `=>`. */
const IS = String.raw`["'\\]{0,4}\s{0,4}(?::=|=>|[:=])\s{0,4}`;

const HINT = /pass|pwd|secret|token|cred|key|auth|shared|connection|honeycomb/i;

const RULES: PasswordRule[] = [
  {
    // PASSWORD="…", "apiKey": "…", \"token\": \"…\"
    kind: "password",
    hint: HINT,
    pattern: new RegExp(
      String.raw`(?<before>(?:${NAME})[\w.-]{0,40}${IS}(?<quote>\\{0,4}["'\x60]))(?<secret>(?:(?!\k<quote>)[^\n]){3,512})`,
      "gi",
    ),
  },
  {
    // In files of variables, in shells and in YAML: DB_PASSWORD=…, MYSQL_PWD: …
    kind: "password",
    pattern:
      /(?<before>(?:PASSWORD|PASSWD|PASSPHRASE|(?<=_)PWD|(?<=_)PASS|SECRET|TOKEN|CREDENTIALS?|(?:API|ACCESS|AUTH|PRIVATE|SECRET|ACCOUNT|ENCRYPTION|SIGNING|MASTER|APP)_?KEY|_AUTH|DSN)[A-Z0-9_]{0,40}\s?[=:]\s?)(?<secret>[^\s"'\x60\\;&|]{3,})/g,
  },
  {
    // password: hunter2, token=abc123…: only values that no word of a language or of a program would be
    kind: "password",
    hint: HINT,
    pattern: new RegExp(
      String.raw`(?<before>(?:${NAME})[\w.-]{0,40}${IS})(?<secret>(?=[^\s"'\x60\\;,&|]{0,80}[0-9@#$%^*!?+])[^\s"'\x60\\;,&|(){}[\]<>]{6,})(?!\s?\()`,
      "gi",
    ),
  },
  {
    // Authorization: Bearer …, and the like in any quoting
    kind: "header",
    hint: /authorization/i,
    pattern:
      /(?<before>authorization["'\\]{0,4}\s{0,4}[:=]\s{0,4}["'\\]{0,4}(?:(?:bearer|basic|token|digest|negotiate|apikey|api-key|bot|aws4-hmac-sha256)\s+)?)(?<secret>[^\s"'\\][^"'\n\\]{3,})/gi,
  },
  {
    kind: "header",
    hint: /bearer/i,
    pattern: /(?<before>\bbearer\s{1,4})(?<secret>(?=[A-Za-z._~+/=-]{0,60}[0-9])[A-Za-z0-9._~+/=-]{10,})/gi,
  },
  {
    kind: "cookie",
    hint: /cookie/i,
    pattern:
      /(?<before>\b(?:set-)?cookie["'\\]{0,4}\s{0,4}:\s{0,4}["'\\]{0,4})(?<secret>[\w.%-]+=[^"'\n\\]{3,})/gi,
  },
  {
    // scheme://user:password@host
    kind: "password",
    hint: /:\/\//,
    pattern:
      /(?<before>\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s/:@"'<>`]{0,200}:)(?<secret>[^\s/"'<>`]{1,300})(?=@)/gi,
  },
  {
    // The same where the password has a slash in it, or where the rest was cut off
    kind: "password",
    hint: /:\/\//,
    pattern:
      /(?<before>\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|valkeys?|amqps?|mssql|sqlserver|clickhouse|cockroachdb|ldaps?|smtps?|imaps?|s?ftps?):\/\/[^\s:/@"'<>`]{0,200}:)(?<secret>(?!\d{1,5}(?:[/?\s"'`,;)\]}]|$))(?:[^\s"'<>`]{1,300}(?=@)|[^\s"'<>`@]{2,300}))/gi,
  },
  {
    // https://token@host
    kind: "token",
    hint: /:\/\//,
    pattern: /(?<before>\b[a-z][a-z0-9+.-]{1,30}:\/\/)(?<secret>[A-Za-z0-9_.~-]{16,})(?=@)/gi,
  },
  {
    // ?token=…&sig=…
    kind: "parameter",
    hint: /[?&;#]/,
    pattern:
      /(?<before>[?&;#](?:[\w.-]{0,30}(?:token|key|secret|password|passwd|pwd|auth|signature|credential)[\w-]{0,20}|sig|code)=)(?<secret>[^\s&"'<>#`\\]{4,})/gi,
  },
  {
    // --password …, --api-key=…
    kind: "password",
    hint: /--?[a-z]/i,
    pattern:
      /(?<before>(?<![^\s"'`[,])--?(?:[a-z]+-)?(?:password|passwd|passphrase|pass|pwd|token|secret|api-?key|access-?key|auth-?key|auth-?token|private-?key|client-?secret|secret-?key)[\s=,"']{1,4})(?<secret>[^\s"'`,\]-][^\s"'`,\]]{2,})/gi,
  },
  {
    // curl -u user:…, docker login -p …, mysql -p…, sshpass -p …, redis-cli -a …
    kind: "password",
    hint: /\b(?:curl|wget|http|docker|podman|mysql|mariadb|sshpass|redis-cli|htpasswd|7z|zip|ldapsearch)/,
    pattern:
      /(?<before>\b(?:curl|wget|https?)\b[^\n|;&]{0,300}?\s(?:-u|--user|-a|--auth)[\s=]?["']?[^\s:"']{0,100}:|\b(?:docker|podman)\s+login\b[^\n|;&]{0,200}?\s-p\s{1,4}|\b(?:mysql|mariadb)(?:dump|admin)?\b[^\n|;&]{0,200}?\s-p|\bsshpass\s+-p\s{0,4}|\bredis-cli\b[^\n|;&]{0,200}?\s-a\s{1,4}|\bldap(?:search|modify|add)\b[^\n|;&]{0,200}?\s-w\s{1,4})["']?(?<secret>[^\s"']{2,})/gi,
  },
  {
    // .netrc
    kind: "password",
    hint: /login/i,
    pattern: /(?<before>\blogin\s+\S{1,200}\s+password\s+)(?<secret>\S{2,})/gi,
  },
];

/** What stands where a secret could stand and is none: variables, placeholders, types, and what has been masked already. */
function isNoSecret(value: string, before: string): boolean {
  return (
    value.startsWith("[secret") ||
    /^\$[{(]?[\w.]+[)}]?$/.test(value) ||
    /^(?:<[^>]*>?|\{\{?[^}]*\}?\}?|%\w+%|\*+|\.+|x+|null|none|true|false|undefined|string|number|boolean|unknown|str|int|bool)$/i.test(
      value,
    ) ||
    /^(?:process\.env|import\.meta\.env|os\.environ|os\.getenv|env\.|secrets\.)/.test(value) ||
    (/^[\d.]+$/.test(value) &&
      /(?:tokens|count|limit|size|length|expir\w*|ttl|age|version)\W*$/i.test(before))
  );
}
