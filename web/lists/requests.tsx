import { useMemo } from "preact/hooks";
import type { PageRequest } from "../../src/page/model.ts";
import { duration, outputOf, percent, short, usd } from "../format.ts";
import { ItemLink } from "../session/item-link.tsx";
import { promptOf, relationsOf } from "../session/relations.ts";
import { quantile } from "../session/sums.ts";
import { type Column, Paged } from "./paged.tsx";
import type { ListProps } from "./props.ts";

interface Line {
  request: PageRequest;
  index: number;
  prompt: number;
  /** What results and prompts added to the context. Tokens. */
  grown: number | undefined;
}

const HEAD: Column<Line>[] = [
  { title: "Cost", style: "num", by: ({ request }) => request.costUsd },
  { title: "Model", style: "rest" },
  { title: "Time", style: "num", by: ({ request }) => request.endMs - request.startMs },
  { title: "First token", style: "num minor", by: ({ request }) => firstTokenMs(request) },
  { title: "In", style: "num minor", by: ({ prompt }) => prompt },
  { title: "Added", style: "num minor", by: ({ grown }) => grown },
  { title: "Out", style: "num", by: ({ request }) => request.tokens.output },
  { title: "From cache", style: "num minor", by: cachedShare },
  { title: "At", style: "minor", by: ({ request }) => request.startMs },
];

/** Lists all requests. Sorted by a column, it tells which were costly, slow, or filled the context. */
export function Requests({ page, at, onSelect }: ListProps) {
  const rows = useMemo(() => {
    const { grown } = relationsOf(page);
    return page.requests.map(
      (request, index): Line => ({ request, index, prompt: promptOf(request), grown: grown(index) }),
    );
  }, [page]);
  if (rows.length === 0) return <p class="dim">No request yet.</p>;
  return (
    <>
      <Speed requests={page.requests} />
      <Misses requests={page.requests} />
      <Paged rows={rows} head={HEAD} sortedBy="Cost">
        {(line) => {
          const { request, index, prompt, grown } = line;
          const firstMs = firstTokenMs(request);
          return (
            <tr key={index}>
              <td class="num">{request.costUsd === undefined ? "–" : usd(request.costUsd)}</td>
              <td class="wide">
                <ItemLink item={{ kind: "request", index }} onSelect={onSelect}>
                  {request.model}
                </ItemLink>
                {request.turn !== undefined && (
                  <span class="dim nowrap"> turn {page.turns[request.turn]?.index}</span>
                )}
                {request.lane !== 0 && <span class="dim"> {page.lanes[request.lane]?.name}</span>}
                {request.error !== undefined && <span class="bad"> {request.error}</span>}
              </td>
              <td class="num">{duration(request.endMs - request.startMs)}</td>
              <td class="num minor">
                {firstMs !== undefined &&
                  `${request.firstChunkMs === undefined ? "≤ " : ""}${duration(firstMs)}`}
              </td>
              <td class="num minor">{short(prompt)}</td>
              <td class="num minor">{grown !== undefined && `+${short(grown)}`}</td>
              <td class="num">{outputOf(request)}</td>
              <td class="num minor">
                {request.cacheMiss !== undefined && <span class="warn">miss </span>}
                {prompt === 0 ? "–" : percent(request.tokens.cacheRead / prompt)}
              </td>
              <td class="nowrap minor">{at(request.startMs)}</td>
            </tr>
          );
        }}
      </Paged>
    </>
  );
}

/** Says how long requests usually take, to tell which are slow. Failed ones do not count. */
function Speed({ requests }: { requests: readonly PageRequest[] }) {
  const answered = requests.filter(({ error }) => error === undefined);
  if (answered.length < 3) return null;
  const half = (values: readonly number[]) => duration(quantile(values, 0.5) ?? 0);
  const most = (values: readonly number[]) => duration(quantile(values, 0.9) ?? 0);
  const times = answered.map(({ startMs, endMs }) => endMs - startMs);
  const firsts = answered.flatMap((one) =>
    one.firstChunkMs === undefined ? [] : one.firstChunkMs - one.startMs,
  );
  return (
    <p class="dim">
      Half of the requests took up to {half(times)}, nine of ten up to {most(times)}
      {firsts.length > 0 && `; their first token came after up to ${half(firsts)} and ${most(firsts)}`}.
    </p>
  );
}

/** Says how many requests paid again for what the cache had held, and what that cost. */
function Misses({ requests }: { requests: readonly PageRequest[] }) {
  const misses = requests.flatMap(({ cacheMiss }) => cacheMiss ?? []);
  if (misses.length === 0) return null;
  const sum = misses.reduce((total, { usd: more = 0 }) => total + more, 0);
  return (
    <p class="warn">
      {misses.length === 1 ? "One request" : `${misses.length} requests`} did not find the context in the
      cache
      {sum > 0 && ` and cost ${usd(sum)} more`}. Sort by “From cache” to see{" "}
      {misses.length === 1 ? "it" : "them"}.
    </p>
  );
}

/** Milliseconds to the first token, or an upper bound. Undefined if neither is known. */
function firstTokenMs({ startMs, firstChunkMs, firstBlockMs }: PageRequest): number | undefined {
  const firstMs = firstChunkMs ?? firstBlockMs;
  return firstMs === undefined ? undefined : firstMs - startMs;
}

function cachedShare({ request, prompt }: Line): number | undefined {
  return prompt === 0 ? undefined : request.tokens.cacheRead / prompt;
}
