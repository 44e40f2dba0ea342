import { useMemo, useState } from "preact/hooks";
import { count, plural } from "../format.ts";
import { DayChart } from "./day-chart.tsx";
import { chosen, type Filter, NO_FILTER, overviewOf, type SortKey } from "./history.ts";
import { OverviewFacts, Shares } from "./overview.tsx";
import { SearchBox, useSearch } from "./search.tsx";
import { SessionTable } from "./session-table.tsx";
import { useHistory, useLabels } from "./use-history.ts";

interface Props {
  onOpen: (key: string) => void;
  onCompare: (keys: readonly string[]) => void;
}

/** All sessions: what they cost, by day and project, and a table to find one in. */
export function SessionsView({ onOpen, onCompare }: Props) {
  const { rows, total, isComplete, limits } = useHistory();
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
      <OverviewFacts overview={overview} sessions={shown.length} limits={limits} />
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
