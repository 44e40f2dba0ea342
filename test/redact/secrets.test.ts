import { describe, expect, test } from "vitest";
import { removeSecrets } from "../../src/redact/redact.ts";
import { cpuMs } from "../support/cpu-time.ts";
import { leftOf, type Planted, plantedSecrets } from "./planted.ts";

const numbered = (text: string) =>
  text
    .split("\n")
    .map((line, index) => `${String(index + 1).padStart(6)}→${line}`)
    .join("\n");

/** The places of a secret in a transcript. */
const PLACES: Record<string, (secret: Planted) => string> = {
  alone: ({ text }) => text,
  "in a sentence": ({ text }) => `It is ${text} and I want it gone.`,
  "in a file that was read": ({ text }) => numbered(`# settings\n${text}\n# end`),
  "in a diff": ({ text }) => text.replaceAll(/^/gm, "+ "),
  "in JSON as text": ({ text }) => JSON.stringify({ output: text, ok: true }),
  "in quotes of a shell": ({ text }) => `echo '${text}' >> notes.txt`,
  "in quotes of code": ({ text }) => `const value = \`${text}\`;`,
};

describe("a planted secret is removed", () => {
  for (const [place, put] of Object.entries(PLACES)) {
    test.each(plantedSecrets())(`${place}: $kind`, (secret) => {
      const left = removeSecrets(put(secret));
      expect(leftOf(secret, left)).toBeUndefined();
      expect(left).toContain("[secret: ");
    });
  }

  test("if the name of its argument names a secret", () => {
    expect(removeSecrets("hunter2", "password")).toBe("[secret: password]");
    expect(removeSecrets("hunter2", "DB_PASSWORD")).toBe("[secret: password]");
    expect(removeSecrets("abc", "apiKey")).toBe("[secret: password]");
    expect(removeSecrets("hunter2", "description")).toBe("hunter2");
    expect(removeSecrets("4096", "max_tokens")).toBe("4096");
  });

  test("together with all others in one text, and the lines between them stay", () => {
    const secrets = plantedSecrets(7);
    const text = secrets.map(({ text }, index) => `line ${index}\n${text}`).join("\n\n");
    const left = removeSecrets(text);
    for (const secret of secrets) expect(leftOf(secret, left)).toBeUndefined();
    expect(left.match(/^line \d+$/gm)?.length).toBe(secrets.length);
  });

  test("even if a comment in the text switches secretlint off", () => {
    const [github] = plantedSecrets() as [Planted];
    const left = removeSecrets(`// secretlint-disable\n${github.text} // secretlint-disable-line`);
    expect(leftOf(github, left)).toBeUndefined();
  });
});

describe("a part of a cut secret is removed", () => {
  const recognised = plantedSecrets().filter(
    ({ kind }) =>
      // Recognised by their complete form or by what follows them. Only the rule for cut texts helps (content.test.ts).
      !["discord bot", "telegram bot", "twilio", "mailgun", "url", "password hash"].includes(kind),
  );

  test.each(recognised)("its start: $kind", (secret) => {
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

describe("a hostile text", () => {
  test("takes less than 100 ms", () => {
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
