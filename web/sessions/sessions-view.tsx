import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { count, day, plural } from "../format.ts";
import { useKeys } from "../keys.ts";
import { hashOfList, isListHash, listStateIn, PERIODS, sinceOf } from "./address.ts";
import { DayChart } from "./day-chart.tsx";
import { ALWAYS, chosen, type Filter, type Label, overviewOf } from "./history.ts";
import { FailingTools, OverviewFacts, Shares } from "./overview.tsx";
import { SearchBox, useSearch } from "./search.tsx";
import { SessionTable } from "./session-table.tsx";
import { useAllLabels, useHistory, useLabels } from "./use-history.ts";
import { Waste } from "./waste.tsx";

interface Props {
  /** Whether it is on the screen. It keeps its state while a session covers it. */
  isShown: boolean;
  onCompare: (keys: readonly string[]) => void;
}

const NO_LABELS: ReadonlyMap<string, Label> = new Map();

/** The page of all sessions: the cost by day and project, and a table to find a session. */
export function SessionsView({ isShown, onCompare }: Props) {
  const { rows, total, isComplete, limits } = useHistory(isShown);
  const [atStart] = useState(() => listStateIn(location.hash));
  const [filter, setFilter] = useState<Filter>(atStart.filter);
  const [sort, setSort] = useState(atStart.sort);
  const { labels, want } = useLabels();
  useAllLabels(rows, want, isShown && filter.text !== "");
  const search = useSearch(atStart.words);
  useEffect(() => {
    const onChange = () => {
      if (!isListHash(location.hash)) return;
      const state = listStateIn(location.hash);
      setFilter(state.filter);
      setSort(state.sort);
      if (state.words !== search.words) search.start(state.words);
    };
    addEventListener("hashchange", onChange);
    return () => removeEventListener("hashchange", onChange);
  }, [search.words]);
  useEffect(() => {
    // Another choice is no step in the browser's history.
    if (isShown)
      history.replaceState(
        null,
        "",
        hashOfList({ filter, sort, words: search.words }) || location.pathname + location.search,
      );
  }, [isShown, filter, sort, search.words]);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  // Labels arrive while the user scrolls. Without words to look for in them, nothing is added up again.
  const searched = filter.text === "" ? NO_LABELS : labels;
  const shown = useMemo(
    () => chosen(rows, filter, sort, searched, search.hits),
    [rows, filter, sort, searched, search.hits],
  );
  const overview = useMemo(() => overviewOf(shown), [shown]);
  const models = useMemo(
    () => [...new Set(rows.flatMap((row) => row.models.map(([name]) => name)))].sort(),
    [rows],
  );

  const filterBox = useRef<HTMLInputElement>(null);
  useKeys({ "/": isShown ? () => filterBox.current?.focus() : undefined });

  const pick = (key: string) => {
    const next = new Set(picked);
    if (!next.delete(key)) next.add(key);
    setPicked(next);
  };

  return (
    <main>
      <header>
        <nav class="crumbs">
          <b>ccotel</b>
        </nav>
        <div class="row spread">
          <h1>Sessions</h1>
          <span class="dim" role="status">
            {isComplete ? (
              plural(rows.length, "session")
            ) : (
              <>
                {total === 0 ? "looking for sessions…" : `reading ${count(rows.length)} of ${count(total)}…`}
                <progress value={rows.length} max={Math.max(1, total)} aria-label="Sessions that were read" />
              </>
            )}
          </span>
        </div>
      </header>
      {rows.length === 0 ? (
        isComplete && <p class="dim">No session has a prompt yet. It appears here as soon as it has one.</p>
      ) : (
        <>
          <OverviewFacts overview={overview} sessions={shown.length} limits={limits} />
          <div class="panels charts">
            <section class="panel">
              <h2>
                Cost by day <span class="dim noprint">drag over days to see only these</span>
              </h2>
              <DayChart
                days={overview.days}
                onChoose={(sinceMs, untilMs) => setFilter({ ...filter, sinceMs, untilMs })}
              />
            </section>
            <Shares
              title="Cost by project"
              rows={overview.projects}
              most={8}
              onChoose={(text) => setFilter({ ...filter, text })}
            />
          </div>
          <div class="panels">
            <Shares
              title="Cost by model"
              rows={overview.models}
              most={5}
              onChoose={(model) => setFilter({ ...filter, model })}
            />
            <FailingTools failing={overview.failing} />
          </div>
          <section class="panel">
            <h2 class="hidden-label">All sessions</h2>
            <div class="row noprint">
              <input
                ref={filterBox}
                type="search"
                class="grow"
                aria-label="Filter by project, branch, title or id"
                placeholder="Filter: project, branch, title…"
                value={filter.text}
                onInput={({ currentTarget }: { currentTarget: HTMLInputElement }) =>
                  setFilter({ ...filter, text: currentTarget.value })
                }
              />
              <Choice
                label="Time"
                value={PERIODS.find(({ days }) => sinceOf(days) === filter.sinceMs)?.name ?? ""}
                options={PERIODS.map(({ name }) => name)}
                onChange={(name) => {
                  const sinceMs = sinceOf(PERIODS.find((period) => period.name === name)?.days);
                  setFilter({ ...filter, ...ALWAYS, sinceMs });
                }}
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
              {filter.untilMs < Number.POSITIVE_INFINITY && (
                <button type="button" onClick={() => setFilter({ ...filter, ...ALWAYS })}>
                  {day(filter.sinceMs)} to {day(filter.untilMs - 1)} ✕
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
              words={search.words}
              onSort={(key) => setSort({ key, down: sort.key === key ? !sort.down : key !== "project" })}
              onPick={pick}
            />
          </section>
          <Waste rows={shown} isReady={isComplete} />
        </>
      )}
    </main>
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
