import { useMemo } from "preact/hooks";
import { count, duration, paid, percent, short } from "../format.ts";
import { ItemLink } from "../session/item-link.tsx";
import { type ConversationSum, conversationSums } from "../session/sums.ts";
import { type Column, Paged } from "./paged.tsx";
import type { ListProps } from "./props.ts";

const HEAD: Column<ConversationSum>[] = [
  { title: "Cost", style: "num", by: ({ costUsd }) => costUsd },
  { title: "Conversation", style: "rest" },
  { title: "Time", style: "num", by: ({ startMs, endMs }) => endMs - startMs },
  { title: "Requests", style: "num minor", by: ({ requests }) => requests },
  { title: "Calls", style: "num minor", by: ({ calls }) => calls },
  { title: "Failed", style: "num minor", by: ({ failed }) => failed },
  { title: "In", style: "num minor", by: ({ input }) => input },
  { title: "Out", style: "num minor", by: ({ output }) => output },
  { title: "From cache", style: "num minor", by: cachedShare },
];

/** Lists the main conversation and each subagent, with what it cost and how long it took. */
export function Agents({ page, onSelect }: ListProps) {
  const rows = useMemo(() => conversationSums(page), [page]);
  return (
    <Paged rows={rows} head={HEAD} sortedBy="Cost">
      {(sum) => {
        const { name, description, error, call } = page.lanes[sum.lane] ?? { name: "" };
        const title = sum.lane === 0 ? "main" : name;
        const item =
          call !== undefined
            ? ({ kind: "call", index: call } as const)
            : sum.first !== undefined && ({ kind: "request", index: sum.first } as const);
        const share = cachedShare(sum);
        return (
          <tr key={sum.lane}>
            <td class="num">{paid(sum.costUsd, sum.unpriced)}</td>
            <td class="wide">
              {item ? (
                <ItemLink item={item} onSelect={onSelect}>
                  {title}
                </ItemLink>
              ) : (
                title
              )}
              {description !== undefined && <span class="dim"> {description}</span>}
              {error !== undefined && <span class="bad"> {error}</span>}
            </td>
            <td class="num">{duration(sum.endMs - sum.startMs)}</td>
            <td class="num minor">{count(sum.requests)}</td>
            <td class="num minor">{count(sum.calls)}</td>
            <td class="num minor">{sum.failed > 0 && <span class="bad">{count(sum.failed)}</span>}</td>
            <td class="num minor">{short(sum.input)}</td>
            <td class="num minor">{short(sum.output)}</td>
            <td class="num minor">{share === undefined ? "–" : percent(share)}</td>
          </tr>
        );
      }}
    </Paged>
  );
}

function cachedShare({ cacheRead, input }: ConversationSum): number | undefined {
  return input === 0 ? undefined : cacheRead / input;
}
