import { useMemo } from "preact/hooks";
import type { PageSession } from "../../src/page/model.ts";
import { type ShareName, type TimeShares as Shares, timeShares } from "../../src/page/time-shares.ts";
import { duration, usd } from "../format.ts";
import type { Numbers } from "../numbers.ts";
import { type Part, Strip } from "./strip.tsx";
import { Tools } from "./tools.tsx";

const SHARES: [ShareName, string, string][] = [
  ["model", "model", "--model-1"],
  ["tools", "tools", "--tool"],
  ["waiting", "waiting for a person", "--wait"],
  ["hooks", "hooks", "--hook"],
  ["client", "client", "--client"],
  ["idle", "idle", "--idle"],
];

/** Shows where the time of the session went. */
export function TimeShares({ page, numbers }: { page: PageSession; numbers: Numbers }) {
  const shares = useMemo(() => timeShares(page), [page]);
  if (shares.total === 0) return null;
  return (
    <section class="panel">
      <h2>Where the time went</h2>
      <Strip parts={partsOf(shares, numbers.costUsd)} total={shares.total} />
      <Tools page={page} />
    </section>
  );
}

/** Shows where the time of one turn went. */
export function TimeOfTurn({ page, turn: index }: { page: PageSession; turn: number }) {
  const shares = useMemo(() => {
    const ofTurn = ({ turn }: { turn?: number }) => turn === index;
    return timeShares({
      ...page,
      turns: page.turns.slice(index, index + 1),
      requests: page.requests.filter(ofTurn),
      calls: page.calls.filter(ofTurn),
      compactions: page.compactions.filter(ofTurn),
    });
  }, [page, index]);
  return shares.total === 0 ? null : <Strip parts={partsOf(shares)} total={shares.total} />;
}

/** The model's time has its cost beside it, if there is one. */
function partsOf(shares: Shares, costUsd = 0): Part[] {
  return SHARES.filter(([name]) => shares[name] > 0).map(([name, title, color]) => {
    const cost = name === "model" && costUsd > 0 ? [usd(costUsd)] : [];
    return { title, color, amount: shares[name], text: [duration(shares[name]), ...cost].join(" · ") };
  });
}
