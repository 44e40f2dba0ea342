import { useMemo, useState } from "preact/hooks";
import type { PageCall } from "../../src/page/model.ts";
import { duration, short } from "../format.ts";
import { TriedCall } from "../session/call-link.tsx";
import { type Relations, relationsOf } from "../session/relations.ts";
import { type Column, Paged } from "./paged.tsx";
import type { ListProps } from "./props.ts";

interface Line {
  call: PageCall;
  index: number;
  /** What its result added to the context. */
  added: ReturnType<Relations["added"]>;
}

const HEAD: Column<Line>[] = [
  { title: "Time", style: "num", by: ({ call }) => call.endMs - call.startMs },
  { title: "Call", style: "rest" },
  { title: "Added", style: "num minor", by: ({ added }) => added?.tokens },
  { title: "At", style: "minor", by: ({ call }) => call.startMs },
];

/** Lists all calls, or those of one tool. */
export function Calls({ page, at, onSelect }: ListProps) {
  const [tool, setTool] = useState("");
  const tools = useMemo(() => {
    const counts = new Map<string, number>();
    for (const { name } of page.calls) counts.set(name, (counts.get(name) ?? 0) + 1);
    return [...counts].sort(([, a], [, b]) => b - a);
  }, [page]);
  const relations = useMemo(() => relationsOf(page), [page]);
  const rows = useMemo(
    () =>
      page.calls
        .map((call, index): Line => ({ call, index, added: relations.added(index) }))
        .filter(({ call }) => tool === "" || call.name === tool),
    [page, tool],
  );
  if (page.calls.length === 0) return <p class="dim">No tool was called.</p>;
  return (
    <>
      {tools.length > 1 && (
        <select
          class="noprint above"
          aria-label="Tool"
          value={tool}
          onChange={({ currentTarget }: { currentTarget: HTMLSelectElement }) => setTool(currentTarget.value)}
        >
          <option value="">All tools</option>
          {tools.map(([name, calls]) => (
            <option key={name} value={name}>
              {name} ({calls})
            </option>
          ))}
        </select>
      )}
      <Paged rows={rows} head={HEAD} sortedBy="Time">
        {({ call, index, added }) => (
          <tr key={index}>
            <td class="num">{duration(call.endMs - call.startMs)}</td>
            <td class="wide">
              <TriedCall page={page} index={index} onSelect={onSelect} />
              {call.waitIncluded === true && <span class="dim"> with the wait for a person</span>}
              {call.lane !== 0 && <span class="dim"> in {page.lanes[call.lane]?.name}</span>}
            </td>
            <td class="num minor">
              {added !== undefined && `${added.isShared ? "≤ " : "+"}${short(added.tokens)}`}
            </td>
            <td class="nowrap minor">{at(call.startMs)}</td>
          </tr>
        )}
      </Paged>
    </>
  );
}
