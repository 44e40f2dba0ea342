import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { PageSession } from "../src/page/model.ts";
import { RULES } from "../src/signals/rules.ts";
import type { Hit } from "./data.ts";
import { duration, percent, plural, short, time, usd } from "./format.ts";
import { describeItem, timesOf, troublesOf } from "./items.ts";
import type { ItemRef } from "./rows.ts";
import type { TextSource } from "./source.ts";

/** Lists show so many lines at a time. */
const PAGE_LINES = 200;
const TOP = 25;

interface Props {
  page: PageSession;
  source: TextSource;
  onSelect: (item: ItemRef) => void;
}

type Tab = "turns" | "costliest" | "slowest" | "problems" | "findings" | "search" | "table";

/** The session as lists, each line of which leads to its item. */
export function Lists(props: Props) {
  const { page, source } = props;
  const troubles = useMemo(() => troublesOf(page), [page]);
  const findings = useMemo(
    () => page.calls.reduce((sum, call) => sum + (call.findings?.length ?? 0), 0),
    [page],
  );
  const [tab, setTab] = useState<Tab>(troubles.length > 0 ? "problems" : "turns");
  const tabs: [Tab, string][] = [
    ["turns", `Turns (${page.turns.length})`],
    ["costliest", "Costliest requests"],
    ["slowest", "Slowest calls"],
    ["problems", `Problems (${troubles.length})`],
    ...(findings > 0 ? [["findings", `Findings (${findings})`] as [Tab, string]] : []),
    ...(source.find === undefined ? [] : [["search", "Search"] as [Tab, string]]),
    ["table", "Table"],
  ];
  return (
    <section class="panel">
      <div class="tabs noprint" role="tablist">
        {tabs.map(([name, title]) => (
          <button
            type="button"
            key={name}
            role="tab"
            aria-selected={tab === name}
            onClick={() => setTab(name)}
          >
            {title}
          </button>
        ))}
      </div>
      {tab === "turns" && <Turns {...props} />}
      {tab === "costliest" && <Costliest {...props} />}
      {tab === "slowest" && <Slowest {...props} />}
      {tab === "problems" && <Problems {...props} troubles={troubles} />}
      {tab === "findings" && <Findings {...props} />}
      {tab === "search" && <Search {...props} />}
      {tab === "table" && <Everything {...props} />}
    </section>
  );
}

function ItemLink({
  item,
  onSelect,
  children,
}: {
  item: ItemRef;
  onSelect: Props["onSelect"];
  children: ComponentChildren;
}) {
  return (
    <button type="button" class="link" onClick={() => onSelect(item)}>
      {children}
    </button>
  );
}

function Turns({ page, onSelect }: Props) {
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

function Costliest({ page, onSelect }: Props) {
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
            <td class="num">{short(request.tokens.output)}</td>
            <td class="num">{prompt === 0 ? "–" : percent(request.tokens.cacheRead / prompt)}</td>
            <td>{time(request.startMs)}</td>
          </tr>
        );
      }}
    </Paged>
  );
}

function Slowest({ page, onSelect }: Props) {
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
          <td>{time(call.startMs)}</td>
        </tr>
      )}
    </Paged>
  );
}

function Problems({ page, troubles, onSelect }: Props & { troubles: ReturnType<typeof troublesOf> }) {
  if (troubles.length === 0) return <p class="dim">Nothing failed, was denied or had to be tried again.</p>;
  return (
    <Paged rows={troubles} head={["At", "What", "Why", "Caused by"]}>
      {({ item, startMs, what, why, cause }) => (
        <tr key={`${item.kind} ${item.index}`}>
          <td>{time(startMs)}</td>
          <td>
            <ItemLink item={item} onSelect={onSelect}>
              {what}
            </ItemLink>
          </td>
          <td class="wide">{why}</td>
          <td class="wide">
            {cause !== undefined && (
              <ItemLink item={cause} onSelect={onSelect}>
                {describeItem(page, cause)[0]}
              </ItemLink>
            )}
          </td>
        </tr>
      )}
    </Paged>
  );
}

const RULE = new Map<string, (typeof RULES)[number]>(RULES.map((rule) => [rule.id, rule]));

function Findings({ page, onSelect }: Props) {
  const rows = useMemo(
    () =>
      page.calls.flatMap((call, index) =>
        (call.findings ?? []).map((id) => ({ call, index, rule: RULE.get(id), id })),
      ),
    [page],
  );
  return (
    <Paged rows={rows} head={["At", "Severity", "The call…", "Why it matters"]}>
      {({ call, index, rule, id }) => (
        <tr key={`${index} ${id}`}>
          <td>{time(call.startMs)}</td>
          <td class={rule?.severity === "critical" || rule?.severity === "high" ? "bad" : "dim"}>
            {rule?.severity}
          </td>
          <td class="wide">
            <ItemLink item={{ kind: "call", index }} onSelect={onSelect}>
              {rule?.title ?? id}
            </ItemLink>
            <div class="dim mono">{call.about}</div>
          </td>
          <td class="wide">{rule?.why}</td>
        </tr>
      )}
    </Paged>
  );
}

function Search({ page, source, onSelect }: Props) {
  const [words, setWords] = useState("");
  const [found, setFound] = useState<{ hits: Hit[]; isCut: boolean } | string>();
  const items = useMemo(() => itemsById(page), [page]);
  const search = async (event: Event) => {
    event.preventDefault();
    if (words.trim() === "") return;
    setFound(await source.find?.(words).catch((error: Error) => error.message));
  };
  return (
    <>
      <form class="row noprint" onSubmit={search}>
        <input
          type="search"
          aria-label="Words to find"
          placeholder='words or "a phrase"'
          value={words}
          onInput={({ currentTarget }: { currentTarget: HTMLInputElement }) => setWords(currentTarget.value)}
        />
        <button type="submit">Find</button>
      </form>
      {typeof found === "string" && <p class="bad">{found}</p>}
      {typeof found === "object" && (
        <>
          <p class="dim" role="status">
            {found.isCut ? `The first ${found.hits.length} hits` : plural(found.hits.length, "hit")}
          </p>
          <Paged rows={found.hits} head={["Where", "Text"]}>
            {(hit, index) => {
              const item = items.get(hit.id);
              return (
                <tr key={index}>
                  <td>
                    {item === undefined ? (
                      hit.kind
                    ) : (
                      <ItemLink item={item} onSelect={onSelect}>
                        {hit.kind}
                      </ItemLink>
                    )}
                  </td>
                  <td class="wide">
                    …{hit.before}
                    <mark>{hit.match}</mark>
                    {hit.after}…
                  </td>
                </tr>
              );
            }}
          </Paged>
        </>
      )}
    </>
  );
}

/** Items by the ids that texts are found under; a prompt leads to the first request of its turn. */
function itemsById(page: PageSession): Map<string, ItemRef> {
  const items = new Map<string, ItemRef>();
  for (const [index, { id }] of page.requests.entries()) items.set(id, { kind: "request", index });
  for (const [index, { id }] of page.calls.entries()) items.set(id, { kind: "call", index });
  for (const [turn, { id }] of page.turns.entries()) {
    const index = page.requests.findIndex((request) => request.turn === turn);
    if (index !== -1) items.set(id, { kind: "request", index });
  }
  return items;
}

/** What the canvas shows, for those who cannot see it. */
function Everything({ page, onSelect }: Props) {
  const rows = useMemo(() => {
    const items: ItemRef[] = [
      ...page.requests.map((_, index): ItemRef => ({ kind: "request", index })),
      ...page.calls.map((_, index): ItemRef => ({ kind: "call", index })),
      ...page.compactions.map((_, index): ItemRef => ({ kind: "compaction", index })),
    ];
    return items.map((item) => ({ item, ...timesOf(page, item) })).sort((a, b) => a.startMs - b.startMs);
  }, [page]);
  return (
    <Paged rows={rows} head={["At", { num: "Time" }, "Item", "About"]}>
      {({ item, startMs, endMs }) => {
        const [name, , ...rest] = describeItem(page, item);
        return (
          <tr key={`${item.kind} ${item.index}`}>
            <td>{time(startMs)}</td>
            <td class="num">{duration(endMs - startMs)}</td>
            <td>
              <ItemLink item={item} onSelect={onSelect}>
                {name}
              </ItemLink>
            </td>
            <td class="wide">{rest.join(" · ")}</td>
          </tr>
        );
      }}
    </Paged>
  );
}

/** A table that shows a page of lines at a time: a session may have tens of thousands. */
export function Paged<T>(props: {
  rows: readonly T[];
  /** Titles of the columns; those of numbers stand to the right. */
  head: readonly (string | { num: string })[];
  children: (row: T, index: number) => ComponentChildren;
}) {
  const { rows, head, children } = props;
  const [shown, setShown] = useState(PAGE_LINES);
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {head.map((title, index) => (
              <th key={index} scope="col" class={typeof title === "string" ? "" : "num"}>
                {typeof title === "string" ? title : title.num}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{rows.slice(0, shown).map(children)}</tbody>
      </table>
      {rows.length > shown && (
        <button type="button" class="noprint" onClick={() => setShown(shown + PAGE_LINES)}>
          Show more ({plural(rows.length - shown, "line")} left)
        </button>
      )}
    </div>
  );
}
