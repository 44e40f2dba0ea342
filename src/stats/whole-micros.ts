/**
 * Rounds amounts of USD to whole micro-dollars that add up to the rounded sum of all of them. Each differs from its
 * exact value by less than one micro-dollar. The amounts with the largest remainders are rounded up (largest remainder
 * method).
 */
export function wholeMicros(usd: readonly number[]): number[] {
  // Smaller fractions than a picodollar are floating-point errors.
  const exact = usd.map((value) => Math.round(value * 1e12) / 1e6);
  const whole = exact.map(Math.floor);
  const sum = Math.round(exact.reduce((total, value) => total + value, 0));
  const missing = sum - whole.reduce((total, value) => total + value, 0);
  const byRemainder = exact
    .map((value, index) => ({ index, remainder: value - Math.floor(value) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder.slice(0, missing)) whole[index] = (whole[index] ?? 0) + 1;
  return whole;
}
