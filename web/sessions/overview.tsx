import type { PageLimit } from "../../src/page/history.ts";
import { count, dateTime, percent, short, usd } from "../format.ts";
import { cachedShare, type Overview } from "./history.ts";

interface FactsProps {
  overview: Overview;
  sessions: number;
  limits: readonly PageLimit[];
}

export function OverviewFacts({ overview, sessions, limits }: FactsProps) {
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
    ...limits.map(({ window, usedRatio, resetMs = 0 }): [string, string] => [
      percent(usedRatio),
      `of the ${window === "five_hour" ? "5-hour" : "7-day"} limit, until ${dateTime(resetMs)}`,
    ]),
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

export function Shares({ title, rows }: { title: string; rows: readonly [string, number][] }) {
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
