import type { RunState } from "../session/state.ts";
import { noCounts } from "../session/sums/counts.ts";
import { addUsd } from "../session/sums/usage.ts";

/** How earlier versions wrote a run's sum. */
interface OldTotals {
  usage?: Record<string, number>;
  costUsd?: number;
  listUsd?: number;
}

/** Brings the sum of a run that an earlier version has saved into today's form, in place. */
export function upgradeRun(run: RunState | undefined): void {
  const { usage, listUsd, ...counts } = (run?.totals ?? {}) as OldTotals;
  if (run === undefined || usage === undefined) return;
  const { costUsd = 0 } = counts;
  const clientMoreUsd = listUsd === undefined ? 0 : addUsd(listUsd, -costUsd);
  run.totals = { ...noCounts(), ...counts, ...usage, clientMoreUsd };
}
