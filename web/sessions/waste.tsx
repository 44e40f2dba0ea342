import { useEffect, useMemo, useState } from "preact/hooks";
import type { Rule } from "../../src/insights/insight.ts";
import { MEANINGS } from "../../src/insights/meanings.ts";
import type { PageRow } from "../../src/page/history.ts";
import type { PageInsight } from "../../src/page/insight.ts";
import { ask } from "../data.ts";
import { count, duration, plural, short, usd } from "../format.ts";

const SHOWN = 8;
/** How many insights of one rule to show at first. */
const SHOWN_OF_A_RULE = 3;

/**
 * Lists what wastes money in the sessions of the table: files that are read repeatedly, commands that keep failing, …
 */
export function Waste(props: { rows: readonly PageRow[]; isReady: boolean }) {
  const { rows, isReady } = props;
  const [all, setAll] = useState<PageInsight[] | string>();
  const [isWhole, setWhole] = useState(false);
  useEffect(() => {
    if (!isReady) return;
    const gone = new AbortController();
    ask<PageInsight[]>("insights", {}, gone.signal).then(setAll, (error: Error) => {
      if (!gone.signal.aborted) setAll(`This could not be found out: ${error.message}`);
    });
    return () => gone.abort();
  }, [isReady]);
  const found = useMemo(() => {
    if (!Array.isArray(all)) return [];
    const ids = new Set(rows.map(({ id }) => id));
    return all.filter(({ sessions }) => sessions.some(({ sessionId }) => ids.has(sessionId)));
  }, [all, rows]);
  const groups = byRule(found, isWhole ? found.length : SHOWN);
  const shown = groups.reduce((sum, [, insights]) => sum + insights.length, 0);
  return (
    <section class="panel">
      <h2>
        Worth a look <span class="dim">in the last 30 days</span>
      </h2>
      {all === undefined && <p class="dim">Looking through the sessions…</p>}
      {typeof all === "string" && <p class="dim">{all}</p>}
      {Array.isArray(all) && found.length === 0 && <p class="dim">Nothing stands out in these sessions.</p>}
      {found.length > 0 && (
        <div class="scroll">
          <table>
            {groups.map(([rule, insights]) => (
              <tbody key={rule}>
                <tr>
                  <th scope="rowgroup" colSpan={4} class="group">
                    <b>{MEANINGS[rule as Rule]?.title ?? rule}</b> {MEANINGS[rule as Rule]?.advice}
                  </th>
                </tr>
                {insights.map((insight, index) => (
                  <Line key={index} insight={insight} />
                ))}
              </tbody>
            ))}
          </table>
        </div>
      )}
      {shown < found.length && (
        <button type="button" class="noprint" onClick={() => setWhole(true)}>
          Show all {count(found.length)}
        </button>
      )}
    </section>
  );
}

/** Groups insights by rule, the most expensive first. If not all are shown, takes a few of each rule. */
function byRule(insights: readonly PageInsight[], most: number): [rule: string, insights: PageInsight[]][] {
  const isAll = most >= insights.length;
  const groups = new Map<string, PageInsight[]>();
  let shown = 0;
  for (const insight of insights) {
    const group = groups.get(insight.rule) ?? [];
    if (!isAll && (shown >= most || group.length >= SHOWN_OF_A_RULE)) continue;
    groups.set(insight.rule, [...group, insight]);
    shown++;
  }
  return [...groups];
}

function Line({ insight }: { insight: PageInsight }) {
  const { rule, subject, project, times, tokens, ms, microUsd, sessions } = insight;
  const [first] = sessions;
  return (
    <tr>
      <td class="wide">
        {first === undefined ? (
          subject
        ) : (
          <a class="link" href={`#${first.sessionId}`}>
            {rule === "expensive-session" ? first.sessionId : subject}
          </a>
        )}
        <span class="dim">
          {project !== undefined && ` ${project}`}
          {sessions.length > 1 && ` in ${plural(sessions.length, "session")}`}
        </span>
      </td>
      <td class="num minor">
        {rule === "expensive-session" ? `${times} × the median` : plural(times, "time")}
      </td>
      <td class="num minor">
        {tokens !== undefined && tokens > 0
          ? `${short(tokens)} tokens`
          : ms !== undefined
            ? duration(ms)
            : ""}
      </td>
      <td class="num">{microUsd === undefined ? "" : usd(microUsd / 1e6)}</td>
    </tr>
  );
}
