/** Returns the candidate that the user probably meant: the nearest by Levenshtein distance, if it is near enough. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  // Up to a third of the letters may differ. At least three letters that occur in a candidate match it, too.
  if (best && best.distance <= Math.max(2, Math.ceil(best.candidate.length / 3))) return best.candidate;
  return word.length >= 3
    ? candidates.find((candidate) => candidate.includes(word.toLowerCase()))
    : undefined;
}

/** Returns the Levenshtein distance: how many letters to add, remove or replace to turn one word into the other. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, left] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, right] of [...b].entries()) {
      const replace = (row[j] ?? 0) + (left === right ? 0 : 1);
      next.push(Math.min(replace, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? a.length;
}
