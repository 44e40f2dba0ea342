import { useMemo } from "preact/hooks";
import type { PageSession } from "../../src/page/model.ts";
import { duration, usd } from "../format.ts";
import { ItemLink, Paged } from "./paged.tsx";
import type { ListProps } from "./props.ts";

export function Turns({ page, at, onSelect }: ListProps) {
  const costs = useMemo(() => {
    const sums = page.turns.map(() => 0);
    for (const { turn, costUsd = 0 } of page.requests)
      if (turn !== undefined) sums[turn] = (sums[turn] ?? 0) + costUsd;
    return sums;
  }, [page]);
  const left = useMemo(() => leftBehind(page), [page]);
  if (page.turns.length === 0) return <p class="dim">No prompt yet.</p>;
  return (
    <Paged
      rows={page.turns}
      head={[{ num: "Turn" }, { minor: "Began" }, "Prompt", { num: "Time" }, { num: "Cost" }]}
    >
      {(turn, index) => (
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
            {page.isOpen && index === page.turns.length - 1 ? (
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
