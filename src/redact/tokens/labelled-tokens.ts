import { secretMarker } from "../range.ts";

/**
 * Tokens of any vendor whose prefix contains the word for a secret (`acme_pat_…`, `sk_…`) or for an environment
 * (`acme_live_…`). Vendors choose such prefixes so that their tokens are recognised, and there are more of them than
 * any list has.
 */
const SECRET_WORDS = "sk|pat|oat|secret|token|api[_-]?key|key|live";

/** Other things have these words in their names, too. Their hashes in hexadecimal digits are no secrets. */
const OTHER_WORDS = "api|prod|test|sandbox|stg|rw";

/** Follows another word in a name such as `prod_acme_key_…`: what is behind the word for a secret is the token. */
const LATER_SECRET = `[A-Za-z0-9_-]{0,60}[_-](?:${SECRET_WORDS})[_-][A-Za-z0-9_-]{20}`;

const LABELLED = new RegExp(
  String.raw`(?<=(?<!(?<!\\)[A-Za-z0-9])(?:(?<secret>${SECRET_WORDS})|(?:${OTHER_WORDS})(?!${LATER_SECRET}))[_-])(?<token>[A-Za-z0-9_-]{20,700})(?![A-Za-z0-9])`,
  "g",
);

export function removeLabelledTokens(text: string): string {
  const marker = secretMarker("token");
  return text.replace(LABELLED, (...groups) => {
    const { secret, token } = groups.at(-1) as { secret?: string; token: string };
    if (secret === undefined) return isMixed(token) ? marker : token;
    const rest = token.replace(UUID, "");
    const isUuid = rest !== token && !NAMING_WORDS.test(secret);
    return isUuid || isGenerated(rest) ? marker : token;
  });
}

/** With these words, branches, files and caches are named after a UUID. */
const NAMING_WORDS = /^(?:key|live)$/;

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![A-Za-z0-9])/gi;

function isGenerated(token: string): boolean {
  const words = token.split(/[_-]+/);
  if (words.length === 1 && isRandom(token, 2, 3)) return true;
  return words.some((word) => word.length >= 12 && isRandom(word, 3, 2));
}

/** Not a hash, and no name such as `utf8Roundtrip2`. */
function isMixed(token: string): boolean {
  return !/^[0-9a-f]+$/.test(token) && !/[a-z]{7}|[_-]/.test(token) && isRandom(token, 3, 2);
}

/**
 * Whether letters and digits follow each other as if drawn by lot. Of ten characters, at least `perTen` begin a run of
 * small letters, capitals or digits; at least `numbers` of these runs are digits.
 */
function isRandom(token: string, perTen: number, numbers: number): boolean {
  const runs = token.match(/[a-z]+|[A-Z]+|[0-9]+/g) ?? [];
  return (
    runs.filter((run) => /[0-9]/.test(run)).length >= numbers && runs.length * 10 >= token.length * perTen
  );
}
