import type { CostState } from "../state.ts";
import { addUsd } from "../sums/usage.ts";

const MAX_ENTRIES = 256;

/** Notes what started at `startMs` and its list price: Claude Code knows no other one. */
export function noteCost(cost: CostState, startMs: number, usd: number): void {
  if (usd === 0) return;
  cost.since.push([startMs, usd]);
  if (cost.since.length <= MAX_ENTRIES) return;
  const [first, second] = cost.since.splice(0, 2) as [[number, number], [number, number]];
  cost.since.unshift([second[0], addUsd(first[1], second[1])]);
}

/**
 * What Claude Code's sum has beyond the transcript, since the last such sum. The sum goes on over a
 * resume (its start time stays), includes the parent's in a fork, and begins anew after a kill or `/clear` (a new start
 * time): then what came before that start is not in it.
 */
export function settleCost(cost: CostState, totalUsd: number, processStartMs: number): number {
  const covered = cost.since.filter(([startMs]) => startMs >= processStartMs);
  const known = covered.reduce((sum, [, usd]) => addUsd(sum, usd), 0);
  const hidden = addUsd(totalUsd, -known);
  const before = cost.last?.startMs === processStartMs ? cost.last.hiddenUsd : 0;
  cost.since = known === 0 ? [] : [[processStartMs, known]];
  cost.last = { startMs: processStartMs, hiddenUsd: hidden };
  // A fork may have copied turns of a process that was killed before it wrote its sum; nothing hidden is in that.
  return Math.max(0, addUsd(hidden, -before));
}
