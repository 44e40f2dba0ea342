import { useId, useMemo, useRef } from "preact/hooks";
import { count } from "../format.ts";
import { useKeys } from "../keys.ts";
import { Selected } from "../session/item-link.tsx";
import { troublesOf } from "../session/items.ts";
import type { ItemRef } from "../session/rows.ts";
import { Agents } from "./agents.tsx";
import { Calls } from "./calls.tsx";
import { Conversation } from "./conversation.tsx";
import { Everything } from "./everything.tsx";
import { Findings, Problems } from "./problems.tsx";
import type { ListProps } from "./props.ts";
import { Requests } from "./requests.tsx";
import { Search } from "./search.tsx";
import { Turns } from "./turns.tsx";

type Tab =
  | "turns"
  | "conversation"
  | "requests"
  | "calls"
  | "agents"
  | "problems"
  | "findings"
  | "search"
  | "table";

interface Props extends ListProps {
  selected: ItemRef | undefined;
  /** The chosen list, and what to call when the reader chooses another one. */
  list: string | undefined;
  onList: (list: string) => void;
}

/** Shows the session as lists. Each line links to its item. */
export function Lists(props: Props) {
  const { page, source, selected, list, onList } = props;
  const name = useId();
  const bar = useRef<HTMLDivElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const troubles = useMemo(() => troublesOf(page), [page]);
  const findings = useMemo(
    () => [...page.turns, ...page.calls].reduce((sum, one) => sum + (one.findings?.length ?? 0), 0),
    [page],
  );
  const tabs: [Tab, string][] = [
    ["turns", `Turns (${page.turns.length})`],
    ...(source.texts === undefined ? [] : [["conversation", "Conversation"] as [Tab, string]]),
    ["requests", `Requests (${count(page.requests.length)})`],
    ["calls", `Calls (${count(page.calls.length)})`],
    ...(page.lanes.length > 1
      ? [["agents", `Agents (${count(page.lanes.length - 1)})`] as [Tab, string]]
      : []),
    ["problems", `Problems (${troubles.length})`],
    ...(findings > 0 ? [["findings", `Findings (${findings})`] as [Tab, string]] : []),
    ...(source.find === undefined ? [] : [["search", "Search"] as [Tab, string]]),
    ["table", "Table"],
  ];
  // Problems and findings of a running session may be gone with its unfinished turn.
  const tab = tabs.find(([one]) => one === list)?.[0] ?? "turns";
  const search = () => {
    onList("search");
    requestAnimationFrame(() => panel.current?.querySelector("input")?.focus());
  };
  useKeys({ "/": source.find === undefined ? undefined : search });
  /** Arrow keys move between tabs, as in any tab list. */
  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = tabs.findIndex(([one]) => one === tab) + step;
    const index = (at + tabs.length) % tabs.length;
    onList(tabs[index]?.[0] ?? tab);
    bar.current?.querySelectorAll<HTMLElement>("[role=tab]")[index]?.focus();
  }

  return (
    <section class="panel">
      <h2 class="hidden-label">Lists</h2>
      <div ref={bar} class="tabs" role="tablist" aria-label="Lists" onKeyDown={onKeyDown}>
        {tabs.map(([one, title]) => (
          <button
            type="button"
            key={one}
            id={`${name}-${one}`}
            role="tab"
            aria-selected={tab === one}
            aria-controls={`${name}-panel`}
            tabIndex={tab === one ? 0 : -1}
            onClick={() => onList(one)}
          >
            {title}
          </button>
        ))}
      </div>
      <div ref={panel} role="tabpanel" id={`${name}-panel`} aria-labelledby={`${name}-${tab}`}>
        <Selected.Provider value={selected}>
          {tab === "turns" && <Turns {...props} />}
          {tab === "conversation" && <Conversation {...props} />}
          {tab === "requests" && <Requests {...props} />}
          {tab === "calls" && <Calls {...props} />}
          {tab === "agents" && <Agents {...props} />}
          {tab === "problems" && <Problems {...props} troubles={troubles} />}
          {tab === "findings" && <Findings {...props} />}
          {tab === "search" && <Search {...props} />}
          {tab === "table" && <Everything {...props} />}
        </Selected.Provider>
      </div>
    </section>
  );
}
