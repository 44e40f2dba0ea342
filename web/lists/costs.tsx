import { useMemo } from "preact/hooks";
import { duration, outputOf, percent, short, usd } from "../format.ts";
import { ItemLink, Paged } from "./paged.tsx";
import type { ListProps } from "./props.ts";

const TOP = 25;

/** Lists the requests with the highest costs. */
export function Costliest({ page, at, onSelect }: ListProps) {
  const rows = useMemo(
    () =>
      page.requests
        .map((request, index) => ({ request, index }))
        .sort((a, b) => (b.request.costUsd ?? 0) - (a.request.costUsd ?? 0))
        .slice(0, TOP),
    [page],
  );
  return (
    <Paged
      rows={rows}
      head={[{ num: "Cost" }, "Model", { num: "In" }, { num: "Out" }, { num: "From cache" }, "At"]}
    >
      {({ request, index }) => {
        const prompt = request.tokens.input + request.tokens.cacheRead + request.tokens.cacheWrite;
        return (
          <tr key={index}>
            <td class="num">{usd(request.costUsd ?? 0)}</td>
            <td class="wide">
              <ItemLink item={{ kind: "request", index }} onSelect={onSelect}>
                {request.model}
              </ItemLink>
              {request.lane !== 0 && <span class="dim"> {page.lanes[request.lane]?.name}</span>}
            </td>
            <td class="num">{short(prompt)}</td>
            <td class="num">{outputOf(request)}</td>
            <td class="num">{prompt === 0 ? "–" : percent(request.tokens.cacheRead / prompt)}</td>
            <td class="nowrap">{at(request.startMs)}</td>
          </tr>
        );
      }}
    </Paged>
  );
}

/** Lists the calls that took longest. */
export function Slowest({ page, at, onSelect }: ListProps) {
  const rows = useMemo(
    () =>
      page.calls
        .map((call, index) => ({ call, index, ms: call.endMs - call.startMs }))
        .sort((a, b) => b.ms - a.ms)
        .slice(0, TOP),
    [page],
  );
  return (
    <Paged rows={rows} head={[{ num: "Time" }, "Call", "At"]}>
      {({ call, index, ms }) => (
        <tr key={index}>
          <td class="num">{duration(ms)}</td>
          <td class="wide">
            <ItemLink item={{ kind: "call", index }} onSelect={onSelect}>
              {call.name} {call.about ?? ""}
            </ItemLink>
            {call.waitIncluded === true && <span class="dim"> with the wait for a person</span>}
          </td>
          <td class="nowrap">{at(call.startMs)}</td>
        </tr>
      )}
    </Paged>
  );
}
