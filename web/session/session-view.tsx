import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { PageSession } from "../../src/page/model.ts";
import { type ShareName, timeShares } from "../../src/page/time-shares.ts";
import { count, dateTime, duration, percent, short, usd } from "../format.ts";
import { Lists } from "../lists/lists.tsx";
import { type Numbers, numbersOf } from "../numbers.ts";
import type { TextSource } from "../source.ts";
import { Curves } from "./curves.tsx";
import { Details } from "./details.tsx";
import type { View } from "./draw.ts";
import { timesOf } from "./items.ts";
import type { ItemRef } from "./rows.ts";
import { createTimeAxis, type TimeAxis } from "./time-axis.ts";
import { Waterfall } from "./waterfall.tsx";

interface Props {
  page: PageSession;
  source: TextSource;
  /** How to go back to the list; undefined in a shared file. */
  onBack?: () => void;
}

/** One session: what it cost, where its time went, and everything that happened. */
export function SessionView({ page, source, onBack }: Props) {
  const [isShortened, setShortened] = useState(true);
  const [selected, setSelected] = useState<ItemRef>();
  const numbers = useMemo(() => numbersOf(page), [page]);
  const axis = useMemo(
    () => createTimeAxis([...page.turns, ...page.requests, ...page.calls, ...page.compactions], isShortened),
    [page, isShortened],
  );
  const [view, setView] = useViewOf(axis);
  const models = useMemo(() => numbers.models.map(({ model }) => model), [numbers]);

  function select(item: ItemRef | undefined): void {
    setSelected(item);
    if (item === undefined) return;
    const { startMs, endMs } = timesOf(page, item);
    const [from, to] = [axis.at(startMs), axis.at(endMs)];
    if (to >= view.from && from <= view.to) return;
    const length = view.to - view.from;
    const start = Math.min(Math.max(0, (from + to - length) / 2), Math.max(0, axis.length - length));
    setView({ from: start, to: start + length });
  }

  return (
    <main>
      <Heading page={page} numbers={numbers} onBack={onBack} />
      <Facts page={page} numbers={numbers} />
      <Shares page={page} numbers={numbers} />
      <section class="panel">
        <div class="row spread">
          <h2>Time line</h2>
          <div class="row noprint">
            <button type="button" aria-pressed={isShortened} onClick={() => setShortened(!isShortened)}>
              Shorten pauses
            </button>
            <button type="button" onClick={() => setView({ from: 0, to: axis.length })}>
              Show all
            </button>
          </div>
        </div>
        <Curves page={page} axis={axis} view={view} />
        <Waterfall {...{ page, axis, view, models, selected, onView: setView, onSelect: select }} />
        <Legend models={models} />
      </section>
      <div class="columns">
        <Lists page={page} source={source} onSelect={select} />
        <Details page={page} item={selected} source={source} onSelect={select} />
      </div>
    </main>
  );
}

/** The visible stretch. A session that grows keeps being shown whole if it was, and keeps its place if it was not. */
function useViewOf(axis: TimeAxis): [View, (view: View) => void] {
  const [view, setView] = useState<View>({ from: 0, to: axis.length });
  const before = useRef(axis);
  useEffect(() => {
    const wasWhole = view.from <= 0 && view.to >= before.current.length;
    if (before.current !== axis) {
      const [from, to] = [before.current.ms(view.from), before.current.ms(view.to)];
      setView(
        wasWhole
          ? { from: 0, to: axis.length }
          : { from: axis.at(from), to: Math.max(axis.at(to), axis.at(from) + 1) },
      );
    }
    before.current = axis;
  }, [axis]);
  return [view, setView];
}

function Heading({
  page,
  numbers,
  onBack,
}: {
  page: PageSession;
  numbers: Numbers;
  onBack: Props["onBack"];
}) {
  return (
    <header>
      {onBack !== undefined && (
        <button type="button" class="noprint" onClick={onBack}>
          ← All sessions
        </button>
      )}
      <div class="row spread">
        <h1>{page.title ?? page.project ?? "Session"}</h1>
        {page.isOpen && <span class="badge live">turn not finished</span>}
      </div>
      <p class="dim">
        {[
          dateTime(numbers.startMs),
          duration(numbers.endMs - numbers.startMs),
          page.title === undefined ? undefined : page.project,
          page.branch,
          page.clientVersion === undefined ? undefined : `Claude Code ${page.clientVersion}`,
        ]
          .filter(Boolean)
          .join(" · ")}
        <br />
        <span class="mono">claude --resume {page.id}</span>
        {page.forkedFrom !== undefined && (
          <>
            {" · forked from "}
            <a class="mono" href={`#${page.forkedFrom}`}>
              {page.forkedFrom}
            </a>
          </>
        )}
      </p>
    </header>
  );
}

function Facts({ page, numbers }: { page: PageSession; numbers: Numbers }) {
  const facts: [value: string, meaning: string, style?: string | undefined][] = [
    [
      usd(numbers.costUsd),
      numbers.unpriced > 0 ? `cost, ${numbers.unpriced} without a price` : "cost at list price",
    ],
    ...(page.hiddenUsd !== undefined && page.hiddenUsd > 1e-9
      ? [[usd(page.hiddenUsd), "hidden: counted by Claude Code, in no record"] as [string, string]]
      : []),
    [count(page.turns.length), page.turns.length === 1 ? "turn" : "turns"],
    [
      count(numbers.requests),
      numbers.failedRequests > 0 ? `requests, and ${numbers.failedRequests} failed` : "requests",
      numbers.failedRequests > 0 ? "bad" : undefined,
    ],
    [
      count(numbers.calls),
      [
        "tool calls",
        ...(numbers.failedCalls > 0 ? [`${numbers.failedCalls} failed`] : []),
        ...(numbers.deniedCalls > 0 ? [`${numbers.deniedCalls} denied`] : []),
      ].join(", "),
    ],
    ...(page.lanes.length > 1
      ? [
          [count(page.lanes.length - 1), page.lanes.length === 2 ? "subagent" : "subagents"] as [
            string,
            string,
          ],
        ]
      : []),
    [short(numbers.input + numbers.cacheRead + numbers.cacheWrite), "tokens in"],
    [short(numbers.output), "tokens out"],
    [numbers.cacheRatio === undefined ? "–" : percent(numbers.cacheRatio), "of the input from the cache"],
    ...(page.compactions.length > 0
      ? [[count(page.compactions.length), "compactions"] as [string, string]]
      : []),
  ];
  return (
    <div class="facts">
      {facts.map(([value, meaning, style]) => (
        <div class="fact" key={meaning}>
          <b class={style}>{value}</b>
          <span>{meaning}</span>
        </div>
      ))}
    </div>
  );
}

const SHARES: [ShareName, string, string][] = [
  ["model", "model", "--model-1"],
  ["tools", "tools", "--tool"],
  ["waiting", "waiting for a person", "--wait"],
  ["client", "client and hooks", "--client"],
  ["idle", "idle", "--idle"],
];

function Shares({ page, numbers }: { page: PageSession; numbers: Numbers }) {
  const shares = useMemo(() => timeShares(page), [page]);
  if (shares.total === 0) return null;
  const shown = SHARES.filter(([name]) => shares[name] > 0);
  return (
    <section class="panel">
      <h2>Where the time went</h2>
      <div
        class="strip"
        role="img"
        aria-label={shown
          .map(([name, title]) => `${title} ${percent(shares[name] / shares.total)}`)
          .join(", ")}
      >
        {shown.map(([name, , color]) => (
          <div
            key={name}
            style={{ width: `${(shares[name] / shares.total) * 100}%`, background: `var(${color})` }}
          />
        ))}
      </div>
      <div class="legend">
        {shown.map(([name, title, color]) => (
          <span key={name}>
            <span class="swatch" style={{ background: `var(${color})` }} />
            {title} <b>{percent(shares[name] / shares.total)}</b> {duration(shares[name])}
            {name === "model" && ` · ${usd(numbers.costUsd)}`}
          </span>
        ))}
      </div>
    </section>
  );
}

function Legend({ models }: { models: readonly string[] }) {
  const swatch = (color: string) => <span class="swatch" style={{ background: `var(--${color})` }} />;
  return (
    <div class="legend dim">
      {models.map((model, index) => (
        <span key={model}>
          {swatch(`model-${(index % 4) + 1}`)}
          {model}
        </span>
      ))}
      <span>{swatch("tool")}tool call</span>
      <span>{swatch("error")}failed</span>
      <span>{swatch("denied")}denied</span>
      <span>{swatch("compaction")}compaction</span>
      <span>
        <span class="swatch hatched" />
        only a bound is known, or a person was waited for
      </span>
      <span class="noprint">drag to move, Ctrl + wheel or + − to zoom, double-click zooms in</span>
    </div>
  );
}
