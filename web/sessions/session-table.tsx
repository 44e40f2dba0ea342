import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { PageRow } from "../../src/page/history.ts";
import type { Hit } from "../data.ts";
import { Dotted } from "../dotted.tsx";
import { dollarColumn, duration, moment, paid, percent, plural } from "../format.ts";
import { hashOfHit } from "../session/selection.ts";
import { StatusBadge } from "../status-badge.tsx";
import { cachedShare, type Label, type SortKey } from "./history.ts";

const ROW_PX = 48;
/** How many rows to render beyond the visible ones, for scrolling. */
const SPARE = 6;
/** How many characters to show before a hit of a search. */
const MOST_BEFORE = 16;
/** How many rows to print: paper does not scroll. */
const MOST_PRINTED = 1_000;

interface Props {
  rows: readonly PageRow[];
  sort: { key: SortKey; down: boolean };
  labels: ReadonlyMap<string, Label>;
  hits: ReadonlyMap<string, Hit[]> | undefined;
  /** The query that found `hits`. */
  words: string;
  picked: ReadonlySet<string>;
  want: (keys: readonly string[]) => unknown;
  onSort: (key: SortKey) => void;
  onPick: (key: string) => void;
}

const COLUMNS: [key: SortKey | undefined, title: string, style: string][] = [
  ["lastMs", "Last active", "minor"],
  ["project", "Session", ""],
  [undefined, "State", "minor"],
  ["turns", "Turns", "num minor"],
  ["requests", "Requests", "num minor"],
  ["failed", "Failed", "num"],
  ["cached", "Cached", "num minor"],
  ["compactions", "Compacted", "num minor"],
  ["costUsd", "Cost", "num"],
];

/** A table of any length. Renders only the visible rows. */
export function SessionTable(props: Props) {
  const { rows, sort, labels, hits, words, picked, want, onSort, onPick } = props;
  const box = useRef<HTMLDivElement>(null);
  const [window_, setWindow] = useState({ first: 0, last: 40 });

  const measure = () => {
    const { scrollTop = 0, clientHeight = 600 } = box.current ?? {};
    const first = Math.max(0, Math.floor(scrollTop / ROW_PX) - SPARE);
    setWindow({ first, last: Math.ceil((scrollTop + clientHeight) / ROW_PX) + SPARE });
  };
  useLayoutEffect(measure, [rows.length]);
  useEffect(() => {
    const onPrint = () => setWindow({ first: 0, last: MOST_PRINTED });
    addEventListener("beforeprint", onPrint);
    addEventListener("afterprint", measure);
    return () => {
      removeEventListener("beforeprint", onPrint);
      removeEventListener("afterprint", measure);
    };
  }, []);
  const money = useMemo(() => dollarColumn(rows.map(({ costUsd }) => costUsd)), [rows]);
  const visible = rows.slice(window_.first, window_.last);
  useEffect(() => void want(visible.map(({ key }) => key)), [rows, window_]);

  return (
    <div ref={box} class="table-box" onScroll={measure}>
      <table aria-rowcount={rows.length}>
        <thead>
          <tr>
            <th scope="col">
              <span class="hidden-label">Pick</span>
            </th>
            {COLUMNS.map(([key, title, style]) => (
              <th
                key={title}
                scope="col"
                class={style}
                aria-sort={key !== sort.key ? "none" : sort.down ? "descending" : "ascending"}
              >
                {key === undefined ? (
                  title
                ) : (
                  <button type="button" onClick={() => onSort(key)}>
                    {title}
                    {key === sort.key ? (sort.down ? " ↓" : " ↑") : ""}
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer rows={window_.first} />
          {visible.map((row) => (
            <tr key={row.key} class="session-row">
              <td>
                <input
                  type="checkbox"
                  aria-label={`Pick ${nameOf(row, labels.get(row.key))}`}
                  checked={picked.has(row.key)}
                  onChange={() => onPick(row.key)}
                />
              </td>
              <td class="nowrap minor">{moment(row.lastMs)}</td>
              <td class="about">
                <About row={row} label={labels.get(row.key)} hits={hits?.get(row.key)} words={words} />
              </td>
              <td class="minor">
                <StatusBadge status={row.status} />
              </td>
              <td class="num minor">{row.turns}</td>
              <td class="num minor">{row.requests}</td>
              <td class="num">{row.failed > 0 ? <span class="bad">{row.failed}</span> : ""}</td>
              <td class="num minor">{row.input > 0 ? percent(cachedShare(row)) : ""}</td>
              <td class="num minor">{row.compactions || ""}</td>
              <td class="num">{paid(row.costUsd, row.unpriced, money)}</td>
            </tr>
          ))}
          <Spacer rows={Math.max(0, rows.length - window_.last)} />
        </tbody>
      </table>
      {rows.length > MOST_PRINTED && (
        <p class="printed">And {plural(rows.length - MOST_PRINTED, "more session", "more sessions")}.</p>
      )}
      {rows.length === 0 && <p class="dim">No session matches. Clear the filter or the search to see all.</p>}
    </div>
  );
}

function Spacer({ rows }: { rows: number }) {
  return rows === 0 ? null : (
    <tr class="noprint">
      <td colSpan={COLUMNS.length + 1} style={{ height: `${rows * ROW_PX}px`, padding: 0, border: 0 }} />
    </tr>
  );
}

function nameOf({ id }: PageRow, label: Label | undefined): string {
  return label?.title ?? label?.prompt ?? id;
}

/** The last characters of the text before a hit: on a telephone, the hit itself must have room in the line. */
function endOf(before: string): string {
  const characters = [...before];
  return characters.length > MOST_BEFORE ? `…${characters.slice(-MOST_BEFORE).join("")}` : before;
}

function About(props: {
  row: PageRow;
  label: Label | undefined;
  hits: readonly Hit[] | undefined;
  /** The query that found them. */
  words: string;
}) {
  const { row, label, hits, words } = props;
  const [hit] = hits ?? [];
  const { title, prompt } = label ?? {};
  const more = title !== undefined && !prompt?.startsWith(title) ? prompt : undefined;
  return (
    <>
      <a
        class="link cut"
        dir="auto"
        href={`#${hit === undefined ? row.key : hashOfHit(row.key, hit, words)}`}
        title={nameOf(row, label)}
      >
        {nameOf(row, label)}
      </a>
      <div class="dim cut" dir={hit === undefined ? "ltr" : "auto"}>
        {hit === undefined ? (
          <>
            <span class="when">{moment(row.lastMs)} · </span>
            <Dotted
              parts={[
                row.project,
                row.branch,
                duration(row.lastMs - row.startMs),
                row.forkedFrom && "fork",
                more,
              ]}
            />
          </>
        ) : (
          <>
            {endOf(hit.before)}
            <mark>{hit.match}</mark>
            {hit.after}
          </>
        )}
      </div>
    </>
  );
}
