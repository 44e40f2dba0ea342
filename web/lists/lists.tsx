import { useMemo, useState } from "preact/hooks";
import { troublesOf } from "../session/items.ts";
import { Costliest, Slowest } from "./costs.tsx";
import { Everything } from "./everything.tsx";
import { Findings, Problems } from "./problems.tsx";
import type { ListProps } from "./props.ts";
import { Search } from "./search.tsx";
import { Turns } from "./turns.tsx";

type Tab = "turns" | "costliest" | "slowest" | "problems" | "findings" | "search" | "table";

/** The session as lists, each line of which leads to its item. */
export function Lists(props: ListProps) {
  const { page, source } = props;
  const troubles = useMemo(() => troublesOf(page), [page]);
  const findings = useMemo(
    () => page.calls.reduce((sum, call) => sum + (call.findings?.length ?? 0), 0),
    [page],
  );
  const [tab, setTab] = useState<Tab>(troubles.length > 0 ? "problems" : "turns");
  const tabs: [Tab, string][] = [
    ["turns", `Turns (${page.turns.length})`],
    ["costliest", "Costliest requests"],
    ["slowest", "Slowest calls"],
    ["problems", `Problems (${troubles.length})`],
    ...(findings > 0 ? [["findings", `Findings (${findings})`] as [Tab, string]] : []),
    ...(source.find === undefined ? [] : [["search", "Search"] as [Tab, string]]),
    ["table", "Table"],
  ];
  return (
    <section class="panel">
      <div class="tabs noprint" role="tablist">
        {tabs.map(([name, title]) => (
          <button
            type="button"
            key={name}
            role="tab"
            aria-selected={tab === name}
            onClick={() => setTab(name)}
          >
            {title}
          </button>
        ))}
      </div>
      {tab === "turns" && <Turns {...props} />}
      {tab === "costliest" && <Costliest {...props} />}
      {tab === "slowest" && <Slowest {...props} />}
      {tab === "problems" && <Problems {...props} troubles={troubles} />}
      {tab === "findings" && <Findings {...props} />}
      {tab === "search" && <Search {...props} />}
      {tab === "table" && <Everything {...props} />}
    </section>
  );
}
