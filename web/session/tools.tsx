import { useMemo } from "preact/hooks";
import type { PageSession } from "../../src/page/model.ts";
import { count, duration, plural } from "../format.ts";
import { toolSums } from "./sums.ts";

const MOST = 5;

/** Shows the tools that took the most time. */
export function Tools({ page }: { page: PageSession }) {
  const tools = useMemo(() => toolSums(page), [page]);
  if (tools.length === 0) return null;
  const longest = Math.max(1, tools[0]?.ms ?? 0);
  return (
    <>
      <h3>Tools, the times of their calls added up</h3>
      <div class="bars">
        {tools.slice(0, MOST).map(({ name, calls, failed, denied, ms }) => (
          <>
            <span class="cut" title={name}>
              {name}
            </span>
            <span class="bar" style={{ width: `${(ms / longest) * 100}%`, background: "var(--tool)" }} />
            <span class="num">{duration(ms)}</span>
            <span class="num dim">
              {plural(calls, "call")}
              {failed > 0 && <span class="bad">, {count(failed)} failed</span>}
              {denied > 0 && <span class="warn">, {count(denied)} denied</span>}
            </span>
          </>
        ))}
      </div>
      {tools.length > MOST && <p class="dim">and {plural(tools.length - MOST, "more tool", "more tools")}</p>}
    </>
  );
}
