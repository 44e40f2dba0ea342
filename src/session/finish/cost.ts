import type { CostState } from "../run-state.ts";
import { addUsd } from "../sums/usage.ts";

const MAX_ENTRIES = 256;

/** Records the list price of what started at `startMs`. Claude Code counts no other price. */
export function noteCost(cost: CostState, startMs: number, usd: number): void {
  if (usd === 0) return;
  cost.since.push([startMs, usd]);
  if (cost.since.length <= MAX_ENTRIES) return;
  const [first, second] = cost.since.splice(0, 2) as [[number, number], [number, number]];
  cost.since.unshift([second[0], addUsd(first[1], second[1])]);
}

/**
 * The cost in Claude Code's sum that the transcript does not explain, in USD, since the last such sum.
 *
 * The sum continues over a resume, with the same start time, and includes the parent's costs in a fork. After a kill or
 * `/clear` it begins at zero with a new start time. Costs before that start are not in it.
 */
export function settleCost(cost: CostState, totalUsd: number, processStartMs: number): number {
  const covered = cost.since.filter(([startMs]) => startMs >= processStartMs);
  // Another window that began earlier may still write its sum.
  const earlier = cost.since.filter(([startMs]) => startMs < processStartMs);
  const known = covered.reduce((sum, [, usd]) => addUsd(sum, usd), 0);
  const hidden = addUsd(totalUsd, -known);
  const before = cost.last?.startMs === processStartMs ? cost.last.hiddenUsd : 0;
  cost.since = known === 0 ? earlier : [...earlier, [processStartMs, known]];
  cost.last = { startMs: processStartMs, hiddenUsd: hidden };
  // A fork may have copied turns of a process that was killed before it wrote its sum. That difference is not hidden
  // cost.
  return Math.max(0, addUsd(hidden, -before));
}
