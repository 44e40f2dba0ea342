import { useMemo, useState } from "preact/hooks";
import { count, day, plural } from "../format.ts";
import { DayChart } from "./day-chart.tsx";
import { ALWAYS, chosen, dayOf, type Filter, NO_FILTER, overviewOf, type SortKey } from "./history.ts";
import { FailingTools, OverviewFacts, Shares } from "./overview.tsx";
import { SearchBox, useSearch } from "./search.tsx";
import { SessionTable } from "./session-table.tsx";
import { useHistory, useLabels } from "./use-history.ts";
import { Waste } from "./waste.tsx";

interface Props {
  /** Whether it is on the screen. It keeps its state while a session covers it. */
  isShown: boolean;
  onOpen: (key: string) => void;
  onCompare: (keys: readonly string[]) => void;
}

/** The page of all sessions: the cost by day and project, and a table to find a session. */
export function SessionsView({ isShown, onOpen, onCompare }: Props) {
  const { rows, total, isComplete, limits } = useHistory(isShown);
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
  const models = useMemo(
    () => [...new Set(rows.flatMap((row) => row.models.map(([name]) => name)))].sort(),
    [rows],
  );

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
                reading {count(rows.length)} of {count(total)}…
                <progress value={rows.length} max={Math.max(1, total)} aria-label="Sessions that were read" />
              </>
            )}
          </span>
        </div>
      </header>
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
        <Shares title="Cost by project" rows={overview.projects} most={8} />
      </div>
      <div class="panels">
        <Shares title="Cost by model" rows={overview.models} most={5} />
        <FailingTools failing={overview.failing} />
      </div>
      <section class="panel">
        <div class="row noprint">
          <input
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
          onOpen={onOpen}
        />
      </section>
      <Waste rows={shown} isReady={isComplete} onOpen={onOpen} />
    </main>
  );
}

const PERIODS = [
  { name: "today", days: 1 },
  { name: "last 7 days", days: 7 },
  { name: "last 30 days", days: 30 },
];

/** Returns the start of the first of this many days, including today. Returns 0 without a limit. */
function sinceOf(days: number | undefined): number {
  if (days === undefined) return 0;
  const at = new Date(dayOf(Date.now()));
  return at.setDate(at.getDate() - days + 1);
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
