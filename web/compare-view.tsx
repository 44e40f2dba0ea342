import { useEffect, useState } from "preact/hooks";
import type { PageCostParts, PageSession } from "../src/page/model.ts";
import { type ShareName, timeShares } from "../src/page/time-shares.ts";
import { ask, type Update } from "./data.ts";
import { count, dateTime, duration, paid, percent, short } from "./format.ts";
import { type Numbers, numbersOf } from "./numbers.ts";
import { toolSums } from "./session/sums.ts";

interface Props {
  keys: readonly string[];
  onBack: () => void;
}

interface Loaded {
  key: string;
  page: PageSession;
  numbers: Numbers;
}

/** Compares sessions: the same figures in one column each. */
export function CompareView({ keys, onBack }: Props) {
  const [loaded, setLoaded] = useState<Loaded[]>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    Promise.all(
      keys.map(async (key) => {
        const { page } = await ask<Update>("session", { key });
        return { key, page, numbers: numbersOf(page) };
      }),
    ).then(setLoaded, (error: Error) => setProblem(error.message));
  }, [keys.join()]);
  useEffect(() => {
    document.title = "Two sessions · ccotel";
  }, []);
  if (problem !== undefined) return <main class="bad">These sessions cannot be shown: {problem}</main>;
  if (loaded === undefined) return <main class="dim">Reading the sessions…</main>;
  const [one, other] = loaded;
  return (
    <main>
      <nav class="crumbs">
        <b>ccotel</b>
        <button type="button" class="noprint" onClick={onBack}>
          ← All sessions
        </button>
      </nav>
      <h1>Two sessions</h1>
      <section class="panel">
        <table class="compare">
          <thead>
            <tr>
              <th scope="col">
                <span class="hidden-label">Figure</span>
              </th>
              {loaded.map(({ key, page }) => (
                <th scope="col" class="num" key={key}>
                  <a class="link clamp" dir="auto" href={`#${key}`}>
                    {page.title ?? page.turns[0]?.prompt ?? page.project ?? page.id}
                  </a>
                </th>
              ))}
              <th scope="col" class="num">
                Difference
              </th>
            </tr>
          </thead>
          <tbody>
            {[...FIGURES, ...toolFigures(loaded)].map(([title, of, value]) => (
              <tr key={title}>
                <th scope="row">{title}</th>
                {loaded.map((each) => (
                  <td class="num" key={each.key}>
                    {of(each)}
                  </td>
                ))}
                <td class="num dim">
                  {value !== undefined && one !== undefined && other !== undefined
                    ? change(value(one), value(other))
                    : ""}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </main>
  );
}

/** Formats how much more or less the second value is: `+40%`, `× 12`. */
function change(from: number, to: number): string {
  if (from === to) return "same";
  if (from === 0 || to === 0) return "";
  const ratio = to / from;
  if (ratio >= 10) return `× ${Math.round(ratio)}`;
  const more = Math.round((ratio - 1) * 100);
  return more < 0 ? `−${-more}%` : `+${more}%`;
}

const share = (name: ShareName) => (one: Loaded) => {
  const shares = timeShares(one.page);
  return shares[name] === 0 ? "–" : `${percent(shares[name] / shares.total)} · ${duration(shares[name])}`;
};

const turnsOf = ({ page }: Loaded) => page.turns.length;
const inputOf = ({ numbers }: Loaded) => numbers.input + numbers.cacheRead + numbers.cacheWrite;

/** How many tools to compare. */
const MOST_TOOLS = 6;

/** The time of the tools that took longest in either session. */
function toolFigures(loaded: readonly Loaded[]): Figure[] {
  const longest = new Map<string, number>();
  for (const { page } of loaded)
    for (const { name, ms } of toolSums(page)) longest.set(name, Math.max(ms, longest.get(name) ?? 0));
  return [...longest]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_TOOLS)
    .map(([name]): Figure => {
      const sumOf = ({ page }: Loaded) => toolSums(page).find((sum) => sum.name === name);
      return [
        `Calls of ${name}`,
        (one) => {
          const sum = sumOf(one);
          return sum === undefined ? "–" : `${count(sum.calls)} · ${duration(sum.ms)}`;
        },
        (one) => sumOf(one)?.ms ?? 0,
      ];
    });
}

const costOf = (part: keyof PageCostParts) => (one: Loaded) =>
  one.page.requests.reduce((sum, { costParts }) => sum + (costParts?.[part] ?? 0), 0);
const costFigure = (title: string, part: keyof PageCostParts): Figure => [
  title,
  (one) => paid(costOf(part)(one), one.numbers.unpriced),
  costOf(part),
];
const missesOf = ({ page }: Loaded) =>
  page.requests.filter(({ cacheMiss }) => cacheMiss !== undefined).length;

/** A figure with its title, its text and the number to compare, if any. */
type Figure = [title: string, of: (one: Loaded) => string, value?: (one: Loaded) => number];

const FIGURES: Figure[] = [
  ["Project", ({ page }) => page.project ?? "–"],
  ["Began", ({ numbers }) => dateTime(numbers.startMs)],
  [
    "Took",
    ({ numbers }) => duration(numbers.endMs - numbers.startMs),
    ({ numbers }) => numbers.endMs - numbers.startMs,
  ],
  ["Claude Code", ({ page }) => page.clientVersion ?? "–"],
  ["Models", ({ numbers }) => numbers.models.map(({ model }) => model).join(", ")],
  ["Cost", ({ numbers }) => paid(numbers.costUsd, numbers.unpriced), ({ numbers }) => numbers.costUsd],
  costFigure("– of output", "output"),
  costFigure("– of cache reads", "cacheRead"),
  costFigure("– of cache writes", "cacheWrite"),
  costFigure("– of uncached input", "input"),
  [
    "Cost per turn",
    (one) => (turnsOf(one) === 0 ? "–" : paid(one.numbers.costUsd / turnsOf(one), one.numbers.unpriced)),
    (one) => one.numbers.costUsd / Math.max(1, turnsOf(one)),
  ],
  ["Turns", (one) => count(turnsOf(one)), turnsOf],
  ["Requests", ({ numbers }) => count(numbers.requests), ({ numbers }) => numbers.requests],
  [
    "Failed requests",
    ({ numbers }) => count(numbers.failedRequests),
    ({ numbers }) => numbers.failedRequests,
  ],
  ["Tool calls", ({ numbers }) => count(numbers.calls), ({ numbers }) => numbers.calls],
  ["Failed calls", ({ numbers }) => count(numbers.failedCalls), ({ numbers }) => numbers.failedCalls],
  ["Subagents", ({ page }) => count(page.lanes.length - 1), ({ page }) => page.lanes.length - 1],
  ["Compactions", ({ page }) => count(page.compactions.length), ({ page }) => page.compactions.length],
  ["Tokens in", (one) => short(inputOf(one)), inputOf],
  ["Tokens out", ({ numbers }) => short(numbers.output), ({ numbers }) => numbers.output],
  ["From the cache", ({ numbers }) => (numbers.cacheRatio === undefined ? "–" : percent(numbers.cacheRatio))],
  ["Cache misses", (one) => count(missesOf(one)), missesOf],
  ["Time of the model", share("model")],
  ["Tools", share("tools")],
  ["Waiting for a person", share("waiting")],
  ["Hooks", share("hooks")],
  ["Client", share("client")],
  ["Idle", share("idle")],
];
