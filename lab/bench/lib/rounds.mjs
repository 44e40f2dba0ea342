// Measures programs in turn, each in a separate process, so that other load on the machine affects all of them.

/** Calls each program once per round. Returns, for each program, its results by round. */
export function runRounds(programs, rounds) {
  const results = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(programs)) results[name].push(run());
  }
  return results;
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** `median (minimum … maximum)`, with `digits` decimals. */
export function describeSpread(numbers, digits = 0) {
  const [middle, least, most] = [median(numbers), Math.min(...numbers), Math.max(...numbers)];
  return `${middle.toFixed(digits)} (${least.toFixed(digits)} … ${most.toFixed(digits)})`;
}
