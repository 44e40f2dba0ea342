import { type Rule, rule } from "./rule.ts";

const Q = String.raw`\\{0,4}["'\x60]`;

/** Secrets in transit: headers, cookies, addresses, connection strings, signatures. */
export const TRAVELLING: Rule[] = [
  // Authorization: Bearer …, and similar in any quotes
  rule(
    String.raw`authorization["'\\]{0,4}\s{0,4}[:=]\s{0,4}["'\\]{0,4}(?:(?:bearer|basic|token|digest|negotiate|apikey|api-key|bot|aws4-hmac-sha256)\s{1,4})?`,
    String.raw`(?!(?:required|optional|none|null|undefined)\b)[^\s"'\\][^"'\n\\]{3,}`,
    { kind: "header", hint: /authorization/i },
  ),
  rule(String.raw`\bbearer\s{1,4}`, "(?=[A-Za-z._~+/=-]{0,60}[0-9])[A-Za-z0-9._~+/=-]{10,}", {
    kind: "header",
    hint: /bearer/i,
  }),
  // Variables with a list of headers: OTEL_EXPORTER_OTLP_HEADERS=x-team=…
  rule(
    String.raw`\b(?:OTEL_EXPORTER_OTLP|CCOTEL|ANTHROPIC_CUSTOM|[A-Z]{2,20}_CUSTOM|HTTP|REQUEST|EXTRA)_(?:[A-Z]{4,8}_)?HEADERS(?:${Q})?\s{0,4}[:=]\s{0,4}(?:${Q})?`,
    String.raw`[\w-]{1,100}\s{0,2}[=:][^"'\n\\]{2,2000}`,
    { kind: "header", exact: true, hint: /_HEADERS/ },
  ),
  rule(String.raw`\bresponse=${Q}`, "[0-9a-f]{32,}", { kind: "header", hint: /response=/ }),
  rule(
    String.raw`\b(?:signature|x-(?:amz|goog)-signature|x-amz-security-token)\s{0,2}[=:]\s{0,2}`,
    String.raw`[\w/+%~=-]{20,}`,
    { kind: "signature", hint: /signature|security-token/i },
  ),
  rule(
    String.raw`\b(?:set-)?cookie["'\\]{0,4}\s{0,4}[:=]\s{0,4}["'\\]{0,4}`,
    String.raw`[\w.%-]+=[^"'\n\\]{3,}`,
    { kind: "cookie", hint: /cookie/i },
  ),
  // A cookie file: domain, flag, path, secure, expiry, name, value
  rule(
    String.raw`(?:TRUE|FALSE)(?:\t|\\t)\d{1,12}(?:\t|\\t)[^\t\n\\]{1,100}(?:\t|\\t)`,
    String.raw`[^\t\n\\"]{6,}`,
    { kind: "cookie", hint: /TRUE|FALSE/ },
  ),
  // scheme://user:password@host
  rule(String.raw`\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s/:@"'<>\x60]{0,200}:`, String.raw`[^\s/"'<>\x60]{1,300}`, {
    behind: "(?=@)",
    hint: /:\/\//,
  }),
  // The same if the password contains a slash, or if the rest is cut off
  rule(
    String.raw`\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|valkeys?|amqps?|mssql|sqlserver|clickhouse|cockroachdb|ldaps?|smtps?|imaps?|s?ftps?|nats):\/\/[^\s:/@"'<>\x60]{0,200}:`,
    String.raw`(?!\d{1,5}(?:[/?\s"'\x60,;)\]}]|$))(?:[^\s"'<>\x60]{1,300}(?=@)|[^\s"'<>\x60@]{2,300})`,
    { hint: /:\/\// },
  ),
  // me@shop.example/token:…, as Zendesk has it
  rule(String.raw`@[\w.-]{1,100}\/token:`, String.raw`\w{20,}`, { kind: "token", hint: /\/token:/ }),
  // https://token@host, and services whose address ends with a key
  rule(String.raw`\b[a-z][a-z0-9+.-]{1,30}:\/\/`, "[A-Za-z0-9_.~-]{16,300}", {
    kind: "token",
    behind: "(?=@)",
    hint: /:\/\//,
  }),
  rule(
    String.raw`\b(?:infura\.io|alchemy\.com|alchemyapi\.io|ankr\.com)\/(?:v\d|ws\/v\d|\w{1,20})\/`,
    String.raw`[\w-]{24,}`,
    { kind: "token", hint: /infura|alchemy|ankr/ },
  ),
  // ?token=…&sig=…
  rule(
    String.raw`[?&;#](?:[\w.-]{0,30}(?:token|key|secret|password|passwd|pwd|auth|signature|credential)[\w-]{0,20}|sig|code)=`,
    String.raw`[^\s&"'<>#\x60\\]{4,}`,
    { kind: "parameter", hint: /[?&;#]/ },
  ),
  // user:…@tcp(db:3306)/shop, scott/…@//db in JDBC
  rule(String.raw`(?<![\w@:/.-])[\w.-]{1,60}:`, String.raw`[^\s"'\x60]{1,200}`, {
    behind: String.raw`(?=@(?:tcp|udp|unix)\d?\()`,
    hint: /@(?:tcp|udp|unix)\d?\(/,
  }),
  rule(String.raw`jdbc:oracle:\w{1,10}:[\w.$-]{1,60}\/`, String.raw`[^\s@"'\/]{1,200}`, {
    behind: "(?=@)",
    hint: /jdbc:oracle/,
  }),
];
