import { useMemo } from "preact/hooks";
import type { PageRequest, PageSession } from "../../src/page/model.ts";
import { duration, paid } from "../format.ts";
import { ItemLink } from "../session/item-link.tsx";
import { costOf } from "../session/sums.ts";
import { Paged } from "./paged.tsx";
import type { ListProps } from "./props.ts";

export function Turns({ page, at, onSelect }: ListProps) {
  const rows = useMemo(() => {
    const requests = page.turns.map((): PageRequest[] => []);
    for (const request of page.requests) requests[request.turn ?? -1]?.push(request);
    return page.turns.map((turn, index) => ({ turn, index, ...costOf(requests[index] ?? []) }));
  }, [page]);
  const left = useMemo(() => leftBehind(page), [page]);
  if (page.turns.length === 0) return <p class="dim">No prompt yet.</p>;
  return (
    <Paged
      rows={rows}
      head={[
        { title: "Turn", style: "num", by: ({ index }) => index },
        { title: "Began", style: "minor" },
        { title: "Prompt", style: "rest" },
        { title: "Time", style: "num", by: ({ turn }) => turn.endMs - turn.startMs },
        { title: "Cost", style: "num", by: ({ costUsd }) => costUsd },
      ]}
    >
      {({ turn, index, costUsd, unpriced }) => (
        <tr key={turn.id}>
          <td class="num">{turn.index}</td>
          <td class="nowrap minor">{at(turn.startMs)}</td>
          <td class="wide">
            <span class={left.has(index) ? "left-behind" : ""}>
              <ItemLink item={{ kind: "turn", index }} onSelect={onSelect}>
                {turn.prompt ?? turn.source ?? "prompt"}
              </ItemLink>
            </span>
            {turn.rewound !== undefined && <span class="dim"> went back</span>}
            {turn.outcome !== "completed" && (
              <span class={turn.outcome === "unfinished" ? "good" : "warn"}>
                {" "}
                {turn.outcome.replace("_", " ")}
              </span>
            )}
            {turn.error !== undefined && <span class="bad"> {turn.error}</span>}
          </td>
          <td class="num">{duration(turn.endMs - turn.startMs)}</td>
          <td class="num">{paid(costUsd, unpriced)}</td>
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
