/** The word of a list that someone probably meant: the nearest by Levenshtein's distance, if it is near enough. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  // A third of the letters may be wrong, and a beginning or a part of at least three letters counts as meant.
  if (best && best.distance <= Math.max(2, Math.ceil(best.candidate.length / 3))) return best.candidate;
  return word.length >= 3
    ? candidates.find((candidate) => candidate.includes(word.toLowerCase()))
    : undefined;
}

/** How many letters have to be added, taken away or replaced to make one word of the other. */
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
