import { useEffect, useState } from "preact/hooks";
import type { PageSession } from "../src/page/model.ts";
import { timeShares } from "../src/page/time-shares.ts";
import { ask, type Update } from "./data.ts";
import { count, dateTime, duration, percent, short, usd } from "./format.ts";
import { type Numbers, numbersOf } from "./numbers.ts";

interface Props {
  keys: readonly string[];
  onOpen: (key: string) => void;
  onBack: () => void;
}

interface Loaded {
  key: string;
  page: PageSession;
  numbers: Numbers;
}

/** Sessions side by side: the same figures in columns. */
export function CompareView({ keys, onOpen, onBack }: Props) {
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
  if (problem !== undefined) return <main class="bad">These sessions cannot be shown: {problem}</main>;
  if (loaded === undefined) return <main class="dim">Reading the sessions…</main>;
  return (
    <main>
      <button type="button" class="noprint" onClick={onBack}>
        ← All sessions
      </button>
      <h1>Two sessions</h1>
      <section class="panel scroll">
        <table>
          <thead>
            <tr>
              <th scope="col" />
              {loaded.map(({ key, page }) => (
                <th scope="col" class="num" key={key}>
                  <button type="button" class="link" onClick={() => onOpen(key)}>
                    {page.project ?? page.id}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {FIGURES.map(([title, of]) => (
              <tr key={title}>
                <th scope="row">{title}</th>
                {loaded.map((one) => (
                  <td class="num" key={one.key}>
                    {of(one)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </main>
  );
}

const share = (name: "model" | "tools" | "waiting" | "client" | "idle") => (one: Loaded) => {
  const shares = timeShares(one.page);
  return shares.total === 0 ? "–" : `${percent(shares[name] / shares.total)} · ${duration(shares[name])}`;
};

const FIGURES: [string, (one: Loaded) => string][] = [
  ["Began", ({ numbers }) => dateTime(numbers.startMs)],
  ["Took", ({ numbers }) => duration(numbers.endMs - numbers.startMs)],
  ["Claude Code", ({ page }) => page.clientVersion ?? "–"],
  ["Models", ({ numbers }) => numbers.models.map(({ model }) => model).join(", ")],
  ["Cost", ({ numbers }) => usd(numbers.costUsd)],
  [
    "Cost per turn",
    ({ numbers, page }) => (page.turns.length === 0 ? "–" : usd(numbers.costUsd / page.turns.length)),
  ],
  ["Turns", ({ page }) => count(page.turns.length)],
  ["Requests", ({ numbers }) => count(numbers.requests)],
  ["Failed requests", ({ numbers }) => count(numbers.failedRequests)],
  ["Tool calls", ({ numbers }) => count(numbers.calls)],
  ["Failed calls", ({ numbers }) => count(numbers.failedCalls)],
  ["Subagents", ({ page }) => count(page.lanes.length - 1)],
  ["Compactions", ({ page }) => count(page.compactions.length)],
  ["Tokens in", ({ numbers }) => short(numbers.input + numbers.cacheRead + numbers.cacheWrite)],
  ["Tokens out", ({ numbers }) => short(numbers.output)],
  ["From the cache", ({ numbers }) => (numbers.cacheRatio === undefined ? "–" : percent(numbers.cacheRatio))],
  ["Model", share("model")],
  ["Tools", share("tools")],
  ["Waiting for a person", share("waiting")],
  ["Client and hooks", share("client")],
  ["Idle", share("idle")],
];
