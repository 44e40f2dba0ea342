import { describe, expect, test } from "vitest";
import { removeSecrets } from "../../src/redact/redact.ts";
import { sha256 } from "../../src/sha256.ts";
import { ELSEWHERE } from "./cases/code.ts";
import { IN_COMMANDS } from "./cases/commands.ts";
import { IN_FILES } from "./cases/files.ts";
import { HARMLESS } from "./cases/harmless.ts";
import { makeCases } from "./cases/make.ts";
import { BY_THEMSELVES } from "./cases/tokens.ts";
import { leftOf, type Planted } from "./planted.ts";

const CASES = [...IN_FILES, ...IN_COMMANDS, ...ELSEWHERE, ...BY_THEMSELVES];

/** The places of a secret in a transcript. */
const PLACES: Record<string, (secret: Planted) => string> = {
  alone: ({ text }) => text,
  "between other lines": ({ text }) => `# settings\n${text}\nend = 1\n`,
  "in a file that was read": ({ text }) =>
    `one\n${text}\nend`
      .split("\n")
      .map((line, index) => `${String(index + 1).padStart(6)}→${line}`)
      .join("\n"),
  "in a diff": ({ text }) => `@@ -1 +1 @@\n${text.replaceAll(/^/gm, "+")}`,
  "in JSON as text": ({ text }) => JSON.stringify({ output: text, ok: true }),
  "on a later line of JSON": ({ text }) => JSON.stringify({ output: `first\n${text}\nlast` }),
  "with CRLF": ({ text }) => `a\r\n${text.replaceAll("\n", "\r\n")}\r\nb`,
};

/** Kinds that ccotel recognises only if nothing else is in the text or on the line. */
const ALONE = new Set(["bare 64 hex"]);

describe.each([1, 2])("a secret of each kind is removed (seed %i)", (seed) => {
  for (const [place, put] of Object.entries(PLACES)) {
    const secrets = makeCases(CASES, seed).filter(({ kind }) => place === "alone" || !ALONE.has(kind));
    test.each(secrets)(`${place}: $kind`, (secret) => {
      const left = removeSecrets(put(secret));
      expect(leftOf(secret, left), left).toBeUndefined();
      expect(left).toContain("[secret: ");
    });
  }
});

test.each([
  "token: acme-v2-key-",
  "token: acme_pat_",
  "cache key: Linux-x64-npm-key-",
  "password=acme.v2_sk_",
])("%s… has no marker that is cut by another one", (before) => {
  const left = removeSecrets(`${before}aB3dE5fG7hJ9kL2mN4pQ6rS8 end`);
  expect(left).toMatch(/\[secret: token\] end$/);
  expect(left.replace(/\[secret: \w+\]/g, "")).not.toMatch(/[[\]]/);
});

test("a UUID is no secret in names with key or live, whatever its digits are", () => {
  for (let index = 0; index < 300; index++) {
    const [, a, b, c, d, e] = /^(.{8})(.{4})(.{4})(.{4})(.{12})/.exec(sha256(String(index))) ?? [];
    const uuid = [a, b, c, d, e].join("-");
    const harmless = `git checkout key-${uuid} && open live-${uuid}.png cache/key-${uuid}-thumb.jpg LIVE_${uuid.toUpperCase()}`;
    expect(removeSecrets(harmless)).toBe(harmless);
    const left = removeSecrets(`sk-${uuid} acme_pat_${uuid} key-${uuid}-aB3dE5fG7hJ9kL2mN4pQ6rS8`);
    expect(left.match(/\[secret: token\]/g), left).toHaveLength(3);
  }
});

describe("base64 of a text with a secret is removed", () => {
  const texts = makeCases([
    ["a line of a .env file", "DB_PASSWORD=§pw§\n"],
    ["a .env file", "PORT=3000\nAPI_TOKEN=§alnum:32§\nHOST=x\n"],
    ["an address", "postgres://shop:§pw§@db.example.com:5432/shop"],
    ["yaml", "db:\n  password: §pw§\n"],
    ["a key", "-----BEGIN RSA PRIVATE KEY-----\n§lines:4§\n-----END RSA PRIVATE KEY-----\n"],
    ["a token", "github: ghp_§alnum:36§"],
    ["a command", "curl -u me:§pw§ https://x.example/"],
  ]);

  test.each(texts)("$kind", ({ text }) => {
    for (const put of [
      (run: string) => run,
      (run: string) => `echo ${run} | base64 -d > .env`,
      (run: string) => `{"content":"${run}","encoding":"base64"}`,
      (run: string) => `data: ${run}\nnext: 1`,
      (run: string) => run.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""),
    ]) {
      const run = Buffer.from(text).toString("base64");
      const left = removeSecrets(put(run));
      expect(left).toContain("[secret: ");
      expect(left).not.toContain(run.slice(4, 20));
    }
  });
});

describe("a text without a secret is not changed", () => {
  test.each(HARMLESS)("%s", (text) => {
    expect(removeSecrets(text)).toBe(text);
    const lines = `first line\n${text}\nlast line`;
    expect(removeSecrets(lines)).toBe(lines);
    const json = JSON.stringify({ output: text });
    expect(removeSecrets(json)).toBe(json);
  });
});

test("there are more than 650 kinds of secrets and 240 harmless texts, each of them once", () => {
  expect(CASES.length).toBeGreaterThan(650);
  expect(new Set(CASES.map(([kind]) => kind)).size).toBe(CASES.length);
  expect(HARMLESS.length).toBeGreaterThan(240);
  expect(new Set(HARMLESS).size).toBe(HARMLESS.length);
});
