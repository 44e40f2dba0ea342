import type { Planted } from "../planted.ts";

/**
 * A kind of secret and a text with it. `§what§` stands for the secret, which is generated while the test runs: a
 * complete one in this repository would alarm every scanner. `¤what¤` is random as well, but not secret.
 */
export type Case = readonly [kind: string, text: string];

/** The cases with random secrets in them. */
export function makeCases(cases: readonly Case[], seed = 1): Planted[] {
  const random = randomFrom(seed);
  return cases.map(([kind, template]) => {
    let core = "";
    const text = template.replace(
      /([§¤])([a-z0-9]+)(?::(\d+))?\1/g,
      (_, sign: string, what: string, size = "") => {
        const made = random(what, Number(size));
        if (sign === "§") core = made;
        return made;
      },
    );
    if (core === "") throw new Error(`${kind} has no secret in it.`);
    return { kind, text, core };
  });
}

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
const ALPHABETS: Record<string, string> = {
  alnum: LOWER + LOWER.toUpperCase() + DIGITS,
  lower: LOWER,
  lownum: LOWER + DIGITS,
  upper: LOWER.toUpperCase() + DIGITS,
  hex: `${DIGITS}abcdef`,
  digits: DIGITS,
  b64: `${LOWER}${LOWER.toUpperCase()}${DIGITS}+/`,
};

/** Random integers from 0 to `size` - 1 (mulberry32). */
function integers(seed: number): (size: number) => number {
  let state = seed;
  return (size) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % size;
  };
}

function randomFrom(seed: number) {
  const next = integers(seed * 7919 + 17);
  const run = (alphabet: string, size: number) =>
    Array.from({ length: size }, () => alphabet[next(alphabet.length)] as string).join("");
  return (what: string, size: number): string => {
    switch (what) {
      // As people choose them: letters, digits, letters.
      case "pw":
        return run(LOWER, 5) + run(DIGITS, 3) + run(ALPHABETS.alnum as string, 6);
      case "special":
        return `${run(LOWER, 4)}#${run(DIGITS, 3)}!${run(LOWER.toUpperCase(), 3)}%${run(LOWER, 2)}`;
      case "uuid":
        return [8, 4, 4, 4, 12].map((length) => run(ALPHABETS.hex as string, length)).join("-");
      case "lines":
        return Array.from({ length: size }, () => run(ALPHABETS.b64 as string, 64)).join("\n");
      default:
        return run(ALPHABETS[what] as string, size);
    }
  };
}
