import type { PageLimit } from "../../src/page/history.ts";
import { count, dateTime, dollarColumn, paid, percent, plural, short } from "../format.ts";
import { cachedShare, type Overview, UNKNOWN } from "./history.ts";

interface FactsProps {
  overview: Overview;
  sessions: number;
  limits: readonly PageLimit[];
}

export function OverviewFacts({ overview, sessions, limits }: FactsProps) {
  const some = (times: number, what: string) => (times > 0 ? `, ${count(times)} ${what}` : "");
  const facts: [value: string, meaning: string, style?: string][] = [
    [
      paid(overview.costUsd, overview.unpriced),
      overview.unpriced > 0
        ? `cost, ${plural(overview.unpriced, "request")} without a known price`
        : "cost at list price",
    ],
    [count(sessions), sessions === 1 ? "session" : "sessions"],
    [count(overview.turns), overview.turns === 1 ? "turn" : "turns"],
    [count(overview.requests), overview.requests === 1 ? "request" : "requests"],
    [
      count(overview.calls),
      `${overview.calls === 1 ? "tool call" : "tool calls"}${some(overview.failed, "failed")}${some(overview.denied, "denied")}`,
    ],
    [short(overview.input), "tokens in"],
    [short(overview.output), "tokens out"],
    [overview.input === 0 ? "–" : percent(cachedShare(overview)), "input from cache"],
    ...limits.map(({ window, usedRatio, resetMs = 0 }): [string, string, string] => [
      percent(usedRatio),
      `of the ${window === "five_hour" ? "5-hour" : "7-day"} limit, until ${dateTime(resetMs)}`,
      usedRatio >= 0.9 ? "bad" : usedRatio >= 0.75 ? "warn" : "",
    ]),
  ];
  return (
    <section class="panel facts" aria-label="Key figures">
      {facts.map(([value, meaning, style]) => (
        <div class="fact" key={meaning}>
          <b class={style}>{value}</b>
          <span>{meaning}</span>
        </div>
      ))}
    </section>
  );
}

/** Draws the largest values of a kind as bars, and one bar for the others. What has no price has no bar. */
export function Shares(props: {
  title: string;
  rows: readonly [string, number][];
  most: number;
  /** Shows only the sessions of one row. */
  onChoose: (name: string) => void;
}) {
  const { title, rows, most, onChoose } = props;
  const shown = rows.length > most ? rows.slice(0, most - 1) : rows;
  const rest = rows.slice(shown.length);
  const all: [string, number][] = [
    ...shown,
    ...(rest.length === 0
      ? []
      : [[`${rest.length} others`, rest.reduce((sum, [, value]) => sum + value, 0)] as [string, number]]),
  ];
  const money = dollarColumn(all.map(([, value]) => value));
  const longest = Math.max(1e-12, ...all.map(([, value]) => value));
  const total = Math.max(
    1e-12,
    rows.reduce((sum, [, value]) => sum + value, 0),
  );
  return (
    <section class="panel">
      <h2>{title}</h2>
      <div class="bars">
        {all.map(([name, value], index) => (
          <>
            {index < shown.length && name !== UNKNOWN ? (
              <button
                type="button"
                class="link cut"
                title={`Filter by ${name}`}
                onClick={() => onChoose(name)}
              >
                {name}
              </button>
            ) : (
              <span class="cut">{name}</span>
            )}
            {value === 0 ? <span /> : <span class="bar" style={{ width: `${(value / longest) * 100}%` }} />}
            <span class="num">{value === 0 ? "–" : money(value)}</span>
            <span class="num dim">{value === 0 ? "" : percent(value / total)}</span>
          </>
        ))}
      </div>
    </section>
  );
}

/** Draws the tools with the most failed calls, and the share of their calls that failed. */
export function FailingTools({ failing }: Pick<Overview, "failing">) {
  const shown = failing.slice(0, 5);
  return (
    <section class="panel">
      <h2>Failing tools</h2>
      {shown.length === 0 ? (
        <p class="dim">No call of a tool failed.</p>
      ) : (
        <div class="bars">
          {shown.map(([tool, failed, calls]) => (
            <>
              <span class="cut" title={tool}>
                {tool}
              </span>
              <span
                class="bar"
                style={{ width: `${(failed / (shown[0]?.[1] ?? 1)) * 100}%`, background: "var(--error)" }}
              />
              <span class="num">
                {count(failed)} of {count(calls)}
              </span>
              <span class="num dim">{percent(failed / calls)}</span>
            </>
          ))}
        </div>
      )}
    </section>
  );
}
