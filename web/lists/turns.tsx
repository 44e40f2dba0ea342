import { useMemo } from "preact/hooks";
import type { PageSession } from "../../src/page/model.ts";
import { duration, usd } from "../format.ts";
import { ItemLink, Paged } from "./paged.tsx";
import type { ListProps } from "./props.ts";

export function Turns({ page, status, at, onSelect }: ListProps) {
  const costs = useMemo(() => {
    const sums = page.turns.map(() => 0);
    for (const { turn, costUsd = 0 } of page.requests)
      if (turn !== undefined) sums[turn] = (sums[turn] ?? 0) + costUsd;
    return sums;
  }, [page]);
  const rows = useMemo(() => page.turns.map((turn, index) => ({ turn, index })), [page]);
  const isRunning = status === "running" || status === "stuck";
  const left = useMemo(() => leftBehind(page), [page]);
  if (page.turns.length === 0) return <p class="dim">No prompt yet.</p>;
  return (
    <Paged
      rows={rows}
      head={[
        { title: "Turn", style: "num", by: ({ index }) => index },
        { title: "Began", style: "minor" },
        { title: "Prompt" },
        { title: "Time", style: "num", by: ({ turn }) => turn.endMs - turn.startMs },
        { title: "Cost", style: "num", by: ({ index }) => costs[index] },
      ]}
    >
      {({ turn, index }) => (
        <tr key={turn.id}>
          <td class="num">{turn.index}</td>
          <td class="nowrap minor">{at(turn.startMs)}</td>
          <td class="wide">
            <span class={left.has(index) ? "left-behind" : ""}>
              <ItemLink item={{ kind: "turn", index }} onSelect={onSelect}>
                {turn.prompt ?? turn.source?.replaceAll("_", " ") ?? "prompt"}
              </ItemLink>
            </span>
            {turn.rewound !== undefined && <span class="dim"> went back</span>}
            {isRunning && index === page.turns.length - 1 ? (
              <span class="good"> not finished</span>
            ) : (
              turn.outcome !== "completed" && <span class="warn"> {turn.outcome.replace("_", " ")}</span>
            )}
            {turn.error !== undefined && <span class="bad"> {turn.error}</span>}
          </td>
          <td class="num">{duration(turn.endMs - turn.startMs)}</td>
          <td class="num">{usd(costs[index] ?? 0)}</td>
        </tr>
      )}
    </Paged>
  );
}

/** Returns the turns that a rewind removed from the conversation. */
function leftBehind({ turns }: PageSession): ReadonlySet<number> {
  const left = new Set<number>();
  for (const [index, { rewound }] of turns.entries()) {
    if (rewound?.first === undefined) continue;
    for (let turn = rewound.first; turn < index; turn++) left.add(turn);
  }
  return left;
}
