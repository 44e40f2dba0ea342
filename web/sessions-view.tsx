import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { PageRow } from "../src/page/history.ts";
import { ask, type Hit, listen } from "./data.ts";
import { DayChart } from "./day-chart.tsx";
import { count, percent, plural, short, usd } from "./format.ts";
import {
  cachedShare,
  chosen,
  type Filter,
  type Label,
  NO_FILTER,
  type Overview,
  overviewOf,
  type SortKey,
} from "./history.ts";
import { SessionTable } from "./session-table.tsx";

interface Props {
  onOpen: (key: string) => void;
  onCompare: (keys: readonly string[]) => void;
}

/** All sessions: what they cost, by day and project, and a table to find one in. */
export function SessionsView({ onOpen, onCompare }: Props) {
  const { rows, total, isComplete } = useHistory();
  const [filter, setFilter] = useState<Filter>(NO_FILTER);
  const [sort, setSort] = useState<{ key: SortKey; down: boolean }>({ key: "lastMs", down: true });
  const { labels, want } = useLabels();
  const search = useSearch();
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const shown = useMemo(
    () => chosen(rows, filter, sort, labels, search.hits),
    [rows, filter, sort, labels, search.hits],
  );
  const overview = useMemo(() => overviewOf(shown), [shown]);
  const models = useMemo(() => [...new Set(rows.flatMap((row) => row.models))].sort(), [rows]);

  const pick = (key: string) => {
    const next = new Set(picked);
    if (!next.delete(key)) next.add(key);
    setPicked(next);
  };

  return (
    <main>
      <header class="row spread">
        <h1>Sessions</h1>
        <span class="dim" role="status">
          {isComplete ? plural(rows.length, "session") : `reading ${count(rows.length)} of ${count(total)}…`}
        </span>
      </header>
      <OverviewFacts overview={overview} sessions={shown.length} />
      <div class="columns">
        <section class="panel">
          <h2>Cost by day</h2>
          <DayChart days={overview.days} onChoose={(sinceMs) => setFilter({ ...filter, sinceMs })} />
        </section>
        <section class="panel">
          <Shares title="Cost by project" rows={overview.projects.slice(0, 5)} />
          <Shares title="Cost by model" rows={overview.models.slice(0, 4)} />
          {overview.failing.length > 0 && (
            <>
              <h2>Failing tools</h2>
              <p class="dim">
                {overview.failing
                  .slice(0, 5)
                  .map(([tool, failed, calls]) => `${tool} ${failed} of ${calls}`)
                  .join(" · ")}
              </p>
            </>
          )}
        </section>
      </div>
      <section class="panel">
        <div class="row noprint">
          <input
            type="search"
            aria-label="Filter by project, branch, title or id"
            placeholder="project, branch, title…"
            value={filter.text}
            onInput={({ currentTarget }: { currentTarget: HTMLInputElement }) =>
              setFilter({ ...filter, text: currentTarget.value })
            }
          />
          <Choice
            label="Model"
            value={filter.model}
            options={models}
            onChange={(model) => setFilter({ ...filter, model })}
          />
          <Choice
            label="State"
            value={filter.status}
            options={["running", "waiting", "stuck", "ended", "killed"]}
            onChange={(status) => setFilter({ ...filter, status })}
          />
          {filter.sinceMs > 0 && (
            <button type="button" onClick={() => setFilter({ ...filter, sinceMs: 0 })}>
              since {new Date(filter.sinceMs).toLocaleDateString()} ✕
            </button>
          )}
          <SearchBox search={search} />
          {picked.size > 0 && (
            <button type="button" disabled={picked.size !== 2} onClick={() => onCompare([...picked])}>
              {picked.size === 2 ? "Compare" : "Pick two to compare"}
            </button>
          )}
        </div>
        <SessionTable
          {...{ rows: shown, sort, labels, want, picked }}
          hits={search.hits}
          onSort={(key) => setSort({ key, down: sort.key === key ? !sort.down : key !== "project" })}
          onPick={pick}
          onOpen={onOpen}
        />
      </section>
    </main>
  );
}

function useHistory(): { rows: PageRow[]; total: number; isComplete: boolean } {
  const [state, setState] = useState({ rows: [] as PageRow[], total: 0, isComplete: false });
  useEffect(() => {
    const known = new Map<string, PageRow>();
    let total = 0;
    let isComplete = false;
    let frame = 0;
    const show = () => {
      frame = 0;
      setState({ rows: [...known.values()], total, isComplete });
    };
    const stop = listen<{ rows: PageRow[]; total?: number; isComplete?: boolean }>(
      "sessions",
      {},
      (event) => {
        for (const row of event.rows) known.set(row.key, row);
        total = event.total ?? total;
        isComplete ||= event.isComplete === true;
        // Pieces come faster than they can be drawn.
        frame ||= requestAnimationFrame(show);
      },
    );
    return () => {
      cancelAnimationFrame(frame);
      stop();
    };
  }, []);
  return state;
}

/** Labels are asked for when their rows are seen. */
function useLabels(): { labels: ReadonlyMap<string, Label>; want: (keys: readonly string[]) => void } {
  const [labels, setLabels] = useState<ReadonlyMap<string, Label>>(new Map());
  const asked = useRef(new Set<string>());
  const want = (keys: readonly string[]) => {
    const missing = keys.filter((key) => !asked.current.has(key));
    if (missing.length === 0) return;
    for (const key of missing) asked.current.add(key);
    ask<Record<string, Label>>("labels", { keys: missing.join(",") }).then(
      (found) => setLabels((before) => new Map([...before, ...Object.entries(found)])),
      () => {},
    );
  };
  return { labels, want };
}

interface Search {
  hits: ReadonlyMap<string, Hit[]> | undefined;
  searched: number | undefined;
  start: (words: string) => void;
}

function useSearch(): Search {
  const [hits, setHits] = useState<ReadonlyMap<string, Hit[]>>();
  const [searched, setSearched] = useState<number>();
  const stop = useRef(() => {});
  useEffect(() => () => stop.current(), []);
  return {
    hits,
    searched,
    start(words) {
      stop.current();
      setHits(words.trim() === "" ? undefined : new Map());
      setSearched(undefined);
      if (words.trim() === "") return;
      setSearched(0);
      const end = listen<{ searched: number; found: { key: string; hits: Hit[] }[]; isComplete?: boolean }>(
        "search",
        { words },
        (event) => {
          if (event.found.length > 0)
            setHits(
              (before) =>
                new Map([...(before ?? []), ...event.found.map(({ key, hits: of }) => [key, of] as const)]),
            );
          setSearched((before) => (event.isComplete ? undefined : (before ?? 0) + event.searched));
          if (event.isComplete) end();
        },
      );
      stop.current = end;
    },
  };
}

function SearchBox({ search }: { search: Search }) {
  const [words, setWords] = useState("");
  return (
    <form
      class="row"
      onSubmit={(event: Event) => {
        event.preventDefault();
        search.start(words);
      }}
    >
      <input
        type="search"
        aria-label="Words in prompts, answers, commands and results"
        placeholder='said: words or "a phrase"'
        value={words}
        onInput={({ currentTarget }: { currentTarget: HTMLInputElement }) => setWords(currentTarget.value)}
      />
      <button type="submit">Find</button>
      {search.searched !== undefined && <span class="dim">searched {count(search.searched)}…</span>}
      {search.hits !== undefined && (
        <button
          type="button"
          onClick={() => {
            setWords("");
            search.start("");
          }}
        >
          {plural(search.hits.size, "session")} ✕
        </button>
      )}
    </form>
  );
}

function OverviewFacts({ overview, sessions }: { overview: Overview; sessions: number }) {
  const facts: [string, string][] = [
    [usd(overview.costUsd), "cost at list price"],
    [count(sessions), "sessions"],
    [count(overview.turns), "turns"],
    [count(overview.requests), "requests"],
    [
      count(overview.calls),
      overview.failed > 0 ? `tool calls, ${count(overview.failed)} failed` : "tool calls",
    ],
    [short(overview.input), "tokens in"],
    [short(overview.output), "tokens out"],
    [overview.input === 0 ? "–" : percent(cachedShare(overview)), "of the input from the cache"],
  ];
  return (
    <div class="facts">
      {facts.map(([value, meaning]) => (
        <div class="fact" key={meaning}>
          <b>{value}</b>
          <span>{meaning}</span>
        </div>
      ))}
    </div>
  );
}

function Shares({ title, rows }: { title: string; rows: readonly [string, number][] }) {
  const most = Math.max(1e-12, ...rows.map(([, value]) => value));
  return (
    <>
      <h2>{title}</h2>
      <div class="shares">
        {rows.map(([name, value]) => (
          <>
            <span class="cut">{name}</span>
            <span class="bar" style={{ width: `${(value / most) * 100}%` }} />
            <span class="num">{usd(value)}</span>
          </>
        ))}
      </div>
    </>
  );
}

function Choice(props: {
  label: string;
  value: string;
  options: readonly string[];
  onChange: (value: string) => void;
}) {
  const { label, value, options, onChange } = props;
  return (
    <select
      aria-label={label}
      value={value}
      onChange={({ currentTarget }: { currentTarget: HTMLSelectElement }) => onChange(currentTarget.value)}
    >
      <option value="">{label}: all</option>
      {options.map((option) => (
        <option key={option} value={option}>
          {option}
        </option>
      ))}
    </select>
  );
}
