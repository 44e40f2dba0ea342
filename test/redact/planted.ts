/** A secret as it appears in texts, and the part that must not be visible. */
export interface Planted {
  kind: string;
  text: string;
  core: string;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX = "0123456789abcdef";

/** Secrets that are generated while the test runs: complete ones in this repository would alarm every scanner. */
export function plantedSecrets(seed = 1): Planted[] {
  let state = seed;
  const next = (size: number) => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return (state >> 8) % size;
  };
  const random = (length: number, from = LETTERS) =>
    Array.from({ length }, () => from[next(from.length)] as string).join("");
  const upper = (length: number) => random(length, LETTERS.slice(0, 26) + LETTERS.slice(52));
  const password = () => `${random(5, LETTERS.slice(26, 52))}${random(3, HEX.slice(0, 10))}${random(6)}`;
  const secret = (kind: string, before: string, core: string, after = ""): Planted => ({
    kind,
    text: before + core + after,
    core,
  });
  const base64Lines = (lines: number) => Array.from({ length: lines }, () => random(64)).join("\n");
  const pem = (name: string, lines: number) => {
    const core = `MII${base64Lines(lines)}`;
    return secret(`${name} key`, `-----BEGIN ${name} KEY-----\n`, core, `\n-----END ${name} KEY-----`);
  };
  return [
    secret("github classic", "ghp_", random(36)),
    secret("github fine-grained", "github_pat_", `${random(22)}_${random(59)}`),
    secret("github app", "ghs_", random(36)),
    secret("gitlab", "glpat-", random(20)),
    secret("anthropic", "sk-ant-api03-", `${random(93)}AA`),
    secret("openai project", "sk-proj-", `${random(74)}T3BlbkFJ${random(74)}`),
    secret("openrouter", "sk-or-v1-", random(64, HEX)),
    secret("groq", "gsk_", random(52)),
    secret("hugging face", "hf_", random(34, LETTERS.slice(0, 52))),
    secret("langfuse", "sk-lf-", `${random(8, HEX)}-${random(4, HEX)}-${random(4, HEX)}-${random(12, HEX)}`),
    secret("langsmith", "lsv2_pt_", `${random(32, HEX)}_${random(10, HEX)}`),
    secret("aws key id", "AKIA", upper(16)),
    secret("aws secret key", "AWS_SECRET_ACCESS_KEY=", random(40)),
    secret("aws session token", "aws_session_token = ", `IQoJb3JpZ2lu${random(200)}`),
    secret("google api key", "AIza", random(35)),
    secret("google oauth", "ya29.", random(60)),
    secret("google client secret", "GOCSPX-", random(28)),
    secret("azure storage", "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=", `${random(86)}==`),
    secret("azure signature", "https://shop.blob.core.windows.net/x?sv=2024&sig=", `${random(43)}%3D`),
    secret("digitalocean", "dop_v1_", random(64, HEX)),
    secret("npm", "npm_", random(36)),
    secret("npmrc", "//registry.example.com/:_authToken=", random(36)),
    secret("pypi", "pypi-AgEIcHlwaS5vcmc", random(120)),
    secret("docker hub", "dckr_pat_", random(27)),
    secret("docker config", '{"auths":{"r.example":{"auth":"', random(40), '"}}}'),
    secret("slack bot", "xoxb-", `${random(12, HEX.slice(0, 10))}-${random(24)}`),
    secret("slack hook", "https://hooks.slack.com/services/", `T${upper(8)}/B${upper(8)}/${random(24)}`),
    secret("discord bot", "", `M${random(23)}.${random(6)}.${random(38)}`),
    secret("telegram bot", "", `${random(9, HEX.slice(1, 10))}:AA${random(33)}`),
    secret("stripe", "sk_live_", random(24)),
    secret("sendgrid", "SG.", `${random(22)}.${random(43)}`),
    secret("twilio", "SK", random(32, HEX)),
    secret("mailgun", "key-", random(32, HEX)),
    secret("shopify", "shpat_", random(32, HEX)),
    secret("linear", "lin_api_", random(40)),
    secret("notion", "ntn_", `${random(11, HEX.slice(0, 10))}${random(35)}`),
    secret("figma", "figd_", random(40)),
    secret("vault", "hvs.", random(95)),
    secret("databricks", "dapi", random(32, HEX)),
    secret("tailscale", "tskey-auth-", `${random(12)}-${random(32)}`),
    secret("grafana cloud", "glc_", random(80)),
    secret("honeycomb", "hcaik_", random(58)),
    secret("new relic", "NRAK-", upper(27)),
    secret("sentry", "sntrys_", random(80)),
    secret("json web token", "eyJhbGciOiJIUzI1NiJ9.", `eyJ${random(60)}.${random(43)}`),
    secret("bearer header", "Authorization: Bearer ", random(32)),
    secret("basic header", "Authorization: Basic ", `${random(24)}==`),
    secret("header of its own", 'curl -H "X-Api-Key: ', random(24), '" https://api.example.com/v1'),
    secret("cookie", "Cookie: session=", random(32)),
    secret("curl user", "curl -u deploy:", password(), " https://example.com/"),
    secret("password flag", "mysqladmin --password=", password(), " status"),
    secret("mysql flag", "mysql -uroot -p", password(), " shop"),
    secret("sshpass", "sshpass -p ", password(), " ssh me@example.com"),
    secret("netrc", "machine example.com login me password ", password()),
    secret("url", "https://me:", password(), "@git.example.com/shop.git"),
    secret("postgres", "postgres://shop:", password(), "@db.example.com:5432/shop"),
    secret("mongodb", "mongodb+srv://shop:", password(), "@cluster.example.com/"),
    secret("redis", "redis://:", password(), "@cache.example.com:6379/0"),
    secret("variable", "DB_PASSWORD=", password()),
    secret("yaml", "password: ", password()),
    secret("json", '{"user":"me","password":"', password(), '"}'),
    secret("escaped json", '{\\"client_secret\\":\\"', random(20), '\\"}'),
    secret("code", 'const apiKey = "', random(32), '";'),
    secret("passphrase", 'passphrase: "', "correct horse battery staple", '"'),
    secret("password hash", "root:$6$", `${random(16)}$${random(60)}`, ":19000:0:::"),
    pem("RSA PRIVATE", 24),
    pem("PRIVATE", 12),
    pem("OPENSSH PRIVATE", 40),
    secret("age key", "AGE-SECRET-KEY-1", upper(58)),
  ];
}

/** This many consecutive characters of a secret must not be visible. */
const VISIBLE = 8;

/** The first part of the secret that is still in the text. Undefined if the secret is removed. */
export function leftOf({ core }: Planted, text: string): string | undefined {
  const plain = core.replaceAll("\n", "");
  const joined = text.replaceAll("\n", "").replaceAll("\\n", "");
  const size = Math.min(VISIBLE, plain.length);
  for (let at = 0; at + size <= plain.length; at++) {
    const piece = plain.slice(at, at + size);
    if (joined.includes(piece)) return piece;
  }
  return undefined;
}
