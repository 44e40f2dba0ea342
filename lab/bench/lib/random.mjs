// Reproducible random numbers: the same seed gives the same numbers.

/** Returns a function that gives numbers from 0 to 1. */
export function createRandom(seed) {
  let state = (seed * 2654435761) >>> 0 || 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A random number that is usually small and sometimes large. */
export function skewed(random, usual, largest) {
  return Math.min(largest, Math.round(usual * Math.exp(2.5 * (random() + random() + random() - 1.5))));
}

export function between(random, least, most) {
  return least + Math.floor(random() * (most - least + 1));
}

export function pick(random, list) {
  return list[Math.floor(random() * list.length)];
}

export function hex(random, length) {
  let digits = "";
  while (digits.length < length) digits += Math.floor(random() * 2 ** 32).toString(16);
  return digits.slice(0, length);
}

export function uuid(random) {
  return [8, 4, 4, 4, 12].map((length) => hex(random, length)).join("-");
}
