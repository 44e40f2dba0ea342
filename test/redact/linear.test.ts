import { expect, test } from "vitest";
import { removeSecrets } from "../../src/redact/redact.ts";
import { cpuMs } from "../support/cpu-time.ts";
import { ELSEWHERE } from "./cases/code.ts";
import { IN_COMMANDS } from "./cases/commands.ts";
import { IN_FILES } from "./cases/files.ts";
import { makeCases } from "./cases/make.ts";
import { BY_THEMSELVES } from "./cases/tokens.ts";

/** Parts of hostile texts: what rules begin with, and what they repeat. */
const SHORT = [
  ..." a1=:-/\\\"'\n@.,;|&%{}<>[](",
  ...["a ", "1 ", "a:", "a=", "-a ", "--a-", "a.", "a/", "a@", "\\\\", "\\n", "1→", '\\"', "a-", "A_", "a,"],
  ...[
    "password ",
    "password: ",
    "pass",
    "key ",
    "_KEY",
    "secret is ",
    "token for of on ",
    "credentials: a / ",
  ],
  ...[
    "curl ",
    "curl -",
    "http ",
    "echo ",
    "echo a",
    "send ",
    "login ",
    "machine a ",
    "docker login ",
    "openssl ",
  ],
  ...[
    "<a ",
    "<password ",
    "<key>",
    "name=password ",
    'value="a',
    'variable "password" {',
    "define('password', '",
  ],
  ...[
    "cookie: a=",
    "TRUE\t1\ta\t",
    "a:22:a:a:",
    'kty"',
    "user a on ",
    "aws ssm put-parameter ",
    "net use a ",
  ],
  ...[
    "auth(",
    "connect(a, ",
    "eyJ",
    "a.b.",
    "https://a",
    "a:a@",
    "authorization: ",
    "vault kv put a ",
    "<<< ",
  ],
  ...[
    "a,password\n",
    "| password |\n",
    "a\tsecret\\n",
    "INSERT INTO a (",
    "INSERT ",
    "VALUES (password) VALUES (",
    "'a',",
  ],
  ...["recovery codes: ", "a1b2 ", "a1b2-", "user: a\n", "[a]\na=b\n", "user: a\npassword: "],
  ...["kind: Secret\n", "data: {", "-----BEGIN PRIVATE KEY-----", "Private-Lines: 1\n", "$ANSIBLE_VAULT;a\n"],
];

const FRAGMENTS = [
  ...new Set([
    ...SHORT,
    ...makeCases([...IN_FILES, ...IN_COMMANDS, ...ELSEWHERE, ...BY_THEMSELVES]).flatMap(({ text }) => [
      text.slice(0, 20),
      `${text} `,
    ]),
  ]),
];

const filled = (fragment: string, length: number) =>
  fragment.repeat(Math.ceil(length / fragment.length)).slice(0, length);

/** The least processor time of several tries. */
function millisecondsOf(text: string, tries: number): number {
  return Math.min(...Array.from({ length: tries }, () => cpuMs(() => removeSecrets(text))));
}

/** Texts that take less time than this are not checked for growth. */
const AT_ONCE_MS = 120;

/**
 * Whether four times the text takes more than nine times as long, in each of four rounds: other programs disturb some.
 */
function growsFaster(fragment: string): boolean {
  for (let round = 0; round < 4; round++) {
    const long = millisecondsOf(filled(fragment, 32_768), 5);
    if (long < AT_ONCE_MS || long < 9 * millisecondsOf(filled(fragment, 8_192), 5)) return false;
  }
  return true;
}

test("the time for a text of any of these parts grows linearly with its length", () => {
  const slow = FRAGMENTS.filter((fragment) => {
    if (millisecondsOf(filled(fragment, 32_768), 1) < AT_ONCE_MS) return false;
    return growsFaster(fragment);
  });
  expect(slow).toEqual([]);
});

test("no text of 16,384 characters takes 250 ms or longer", () => {
  const slow = FRAGMENTS.flatMap((fragment) => {
    const text = filled(fragment, 16_384);
    if (millisecondsOf(text, 1) < 250 || millisecondsOf(text, 5) < 250) return [];
    return [fragment];
  });
  expect(slow).toEqual([]);
});
