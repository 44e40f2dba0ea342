import { describe, expect, test } from "vitest";
import { removeSecrets } from "../../src/redact/redact.ts";
import { cpuMs } from "../support/cpu-time.ts";
import { leftOf, type Planted, plantedSecrets } from "./planted.ts";

const numbered = (text: string) =>
  text
    .split("\n")
    .map((line, index) => `${String(index + 1).padStart(6)}→${line}`)
    .join("\n");

/** How a secret comes into a transcript. */
const PLACES: Record<string, (secret: Planted) => string> = {
  alone: ({ text }) => text,
  "in a sentence": ({ text }) => `It is ${text} and I want it gone.`,
  "in a file that was read": ({ text }) => numbered(`# settings\n${text}\n# end`),
  "in a diff": ({ text }) => text.replaceAll(/^/gm, "+ "),
  "in JSON as text": ({ text }) => JSON.stringify({ output: text, ok: true }),
  "in quotes of a shell": ({ text }) => `echo '${text}' >> notes.txt`,
  "in quotes of code": ({ text }) => `const value = \`${text}\`;`,
};

describe("a planted secret is gone", () => {
  for (const [place, put] of Object.entries(PLACES)) {
    test.each(plantedSecrets())(`${place}: $kind`, (secret) => {
      const left = removeSecrets(put(secret));
      expect(leftOf(secret, left)).toBeUndefined();
      expect(left).toContain("[secret: ");
    });
  }

  test("under the name of an argument that says what it is", () => {
    expect(removeSecrets("hunter2", "password")).toBe("[secret: password]");
    expect(removeSecrets("hunter2", "DB_PASSWORD")).toBe("[secret: password]");
    expect(removeSecrets("abc", "apiKey")).toBe("[secret: password]");
    expect(removeSecrets("hunter2", "description")).toBe("hunter2");
    expect(removeSecrets("4096", "max_tokens")).toBe("4096");
  });

  test("all of them in one text, with what stands between them left alone", () => {
    const secrets = plantedSecrets(7);
    const text = secrets.map(({ text }, index) => `line ${index}\n${text}`).join("\n\n");
    const left = removeSecrets(text);
    for (const secret of secrets) expect(leftOf(secret, left)).toBeUndefined();
    expect(left.match(/^line \d+$/gm)?.length).toBe(secrets.length);
  });

  test("a comment for the linter does not switch its rules off", () => {
    const [github] = plantedSecrets() as [Planted];
    const left = removeSecrets(`// secretlint-disable\n${github.text} // secretlint-disable-line`);
    expect(leftOf(github, left)).toBeUndefined();
  });
});

describe("what is left of a torn secret is gone too", () => {
  const recognised = plantedSecrets().filter(
    ({ kind }) =>
      // Told by their whole shape or by what stands behind them; only the rule for cut texts helps (content.test.ts).
      !["discord bot", "telegram bot", "twilio", "mailgun", "url", "password hash"].includes(kind),
  );

  test.each(recognised)("its beginning: $kind", (secret) => {
    const start = secret.text.indexOf(secret.core);
    for (const share of [0.25, 0.5, 0.75]) {
      const end = start + Math.max(14, Math.floor(secret.core.length * share));
      if (end >= start + secret.core.length) continue;
      const left = removeSecrets(`before ${secret.text.slice(0, end)}\n[3000 characters truncated]\nafter`);
      expect(leftOf(secret, left)).toBeUndefined();
    }
  });

  test("the end of a private key", () => {
    const key = plantedSecrets().find(({ kind }) => kind === "RSA PRIVATE key") as Planted;
    const left = removeSecrets(`[truncated]\n${key.text.slice(400)}\nafter`);
    expect(leftOf(key, left)).toBeUndefined();
    expect(left).toMatch(/after$/);
  });
});

describe("what is no secret stays as it is", () => {
  test.each([
    "const token = getToken(); // author: Jane",
    "interface Login { password: string; token?: string | undefined }",
    `password: $${"{DB_PASSWORD}"}, api_key: process.env.API_KEY, token: {{ token }}, secret: <your secret>`,
    "max_tokens: 4096, input_tokens=12000, tokenizer = cl100k",
    "PWD=/home/me/shop OLDPWD=/home/me",
    "PASSED: 12 tests, FAILED: 0, TOKENS: 12",
    "http://localhost:3000/cart https://registry.npmjs.org:443/@scope/pkg git@github.com:me/shop.git",
    "npm_config_registry npm_lifecycle_event sk-fading-circle ghp_ key-value",
    "e802e6ba-4987-4c40-acff-b80b8da9eb3d 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "commit 40a8dad0f1b7c2ad9a1c1fd9a0c9d4ce8cf3b7aa",
    "import { authorize } from './authorization.ts'; // the bearer of this ring",
    "SELECT password, token FROM users WHERE secret IS NULL",
    "curl https://example.com/a?page=2&sort=price -o out.json",
    "docker run -p 8080:80 shop; mysql -u root shop; ls -la",
    "The key to the door, the secret of success: patience. Cookie: a small cake.",
    "# How to set the password\nFirst, open the token page.",
  ])("%s", (text) => {
    expect(removeSecrets(text)).toBe(text);
  });
});

describe("a text", () => {
  test("takes no longer when it was made to take long", () => {
    const hostile = [
      "a".repeat(4096),
      "password".repeat(512),
      "password=".repeat(455),
      'token": "'.repeat(455),
      "://a:".repeat(819),
      "postgres://".repeat(372),
      "eyJ".repeat(1365),
      "-----BEGIN PRIVATE KEY-----".repeat(151),
      "ghp_".repeat(1024),
      "curl -u ".repeat(512),
      "--password ".repeat(372),
      `login ${" ".repeat(4000)}`,
      "authorization: ".repeat(273),
      "A=B;".repeat(1024),
      "sk-".repeat(1365),
      `mongodb://${"a".repeat(4000)}`,
      "kind: Secret\n".repeat(315),
      `-----END PRIVATE KEY-----${"\n1234567890123456".repeat(240)}-----END PRIVATE KEY-----`,
    ];
    for (const text of hostile) {
      removeSecrets(text);
      expect(
        cpuMs(() => removeSecrets(text)),
        text.slice(0, 30),
      ).toBeLessThan(100);
    }
  });
});
