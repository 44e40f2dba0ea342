import { useMemo } from "preact/hooks";
import { duration, time, usd } from "../format.ts";
import { ItemLink, Paged } from "./paged.tsx";
import type { ListProps } from "./props.ts";

export function Turns({ page, onSelect }: ListProps) {
  const costs = useMemo(() => {
    const sums = page.turns.map(() => 0);
    for (const { turn, costUsd = 0 } of page.requests)
      if (turn !== undefined) sums[turn] = (sums[turn] ?? 0) + costUsd;
    return sums;
  }, [page]);
  return (
    <Paged rows={page.turns} head={[{ num: "Turn" }, "Began", "Prompt", { num: "Time" }, { num: "Cost" }]}>
      {(turn, index) => {
        const first = page.requests.findIndex((request) => request.turn === index);
        const title = turn.prompt ?? turn.source ?? "prompt";
        return (
          <tr key={turn.id}>
            <td class="num">{turn.index}</td>
            <td>{time(turn.startMs)}</td>
            <td class="wide">
              {first === -1 ? (
                title
              ) : (
                <ItemLink item={{ kind: "request", index: first }} onSelect={onSelect}>
                  {title}
                </ItemLink>
              )}
              {turn.outcome !== "completed" && <span class="warn"> {turn.outcome.replace("_", " ")}</span>}
              {turn.error !== undefined && <span class="bad"> {turn.error}</span>}
            </td>
            <td class="num">{duration(turn.endMs - turn.startMs)}</td>
            <td class="num">{usd(costs[index] ?? 0)}</td>
          </tr>
        );
      }}
    </Paged>
  );
}
