import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { PageFork } from "../../src/page/fork.ts";
import type { PageSession } from "../../src/page/model.ts";
import { clockOf, count, duration, paid, percent, plural, short, usd } from "../format.ts";
import { useKeys } from "../keys.ts";
import { Lists } from "../lists/lists.tsx";
import { type Numbers, numbersOf } from "../numbers.ts";
import type { TextSource } from "../source.ts";
import { Details } from "./details/details.tsx";
import { Heading } from "./heading.tsx";
import { neighbour } from "./items.ts";
import { type AuditState, Money } from "./money.tsx";
import { useSelection } from "./selection.ts";
import { TimeShares } from "./time-went.tsx";
import { Timeline } from "./timeline.tsx";

interface Props {
  page: PageSession;
  source: TextSource;
  /** The comparison of its cost with Claude Code's own total. Undefined until it is known. */
  audit?: AuditState;
  /** What the session does now. Undefined in a shared file. */
  status?: string;
  /** The command that resumes the session. Undefined in a shared file. */
  resume?: string;
  /** Its forks. Undefined in a shared file. */
  forks?: readonly PageFork[];
  /** Returns to the list. Undefined in a shared file. */
  onBack?: () => void;
}

/** The page of one session: its cost, its time, and everything that happened. */
export function SessionView({ page, source, audit, status, resume, forks, onBack }: Props) {
  const [selection, select] = useSelection(page);
  const selected = selection?.item;
  const [list, setList] = useList();
  const [isTextWanted, setTextWanted] = useState(false);
  const numbers = useMemo(() => numbersOf(page), [page]);
  useEffect(() => {
    document.title = `${page.title ?? page.project ?? "session"} · ccotel`;
  }, [page.title, page.project]);
  const at = clockOf(numbers.startMs, numbers.endMs);
  const lists = useRef<HTMLDivElement>(null);
  const showProblems = () => {
    setList("problems");
    lists.current?.scrollIntoView();
  };
  const step = (by: 1 | -1) => () => select(neighbour(page, selected, by));
  useKeys({ Escape: () => select(undefined), n: step(1), p: step(-1) });

  return (
    <main>
      <Heading {...{ page, numbers, status, resume, forks, onBack }} onSelect={select} />
      <Facts page={page} numbers={numbers} onProblems={showProblems} />
      <div class="panels">
        <TimeShares page={page} numbers={numbers} />
        <Money {...{ page, numbers, audit }} isAsked={status !== undefined} />
      </div>
      <div class={selected === undefined ? "" : "beside"}>
        <div>
          <Timeline {...{ page, numbers, selected, onSelect: select }} />
          <div ref={lists}>
            <Lists {...{ page, source, at, selected, list }} onList={setList} onSelect={select} />
          </div>
        </div>
        {selected !== undefined && (
          <Details
            {...{ page, source }}
            item={selected}
            words={selection?.words}
            isTextWanted={isTextWanted || selection?.words !== undefined}
            onTextWanted={() => setTextWanted(true)}
            onSelect={select}
          />
        )}
      </div>
    </main>
  );
}

/** The chosen list. It is not in the address, which names an item, but a reload and Back lead to it. */
function useList(): [string | undefined, (list: string) => void] {
  const [list, setList] = useState<string | undefined>(history.state?.list);
  return [
    list,
    (next) => {
      setList(next);
      history.replaceState({ ...history.state, list: next }, "");
    },
  ];
}

/** What went wrong with some of what a figure counts. */
type Trouble = [what: string, style: string];

function Facts(props: { page: PageSession; numbers: Numbers; onProblems: () => void }) {
  const { page, numbers, onProblems } = props;
  const some = (times: number, what: string, style: string): Trouble[] =>
    times > 0 ? [[`${count(times)} ${what}`, style]] : [];
  const agents = page.lanes.length - 1;
  const facts: [value: string, meaning: string, troubles?: readonly Trouble[]][] = [
    [
      paid(numbers.costUsd, numbers.unpriced),
      numbers.unpriced > 0
        ? `cost, ${plural(numbers.unpriced, "request")} without a known price`
        : "cost at list price",
    ],
    ...(page.hiddenUsd !== undefined && page.hiddenUsd > 1e-9
      ? [[usd(page.hiddenUsd), "hidden: counted by Claude Code, in no record"] as [string, string]]
      : []),
    [duration(numbers.endMs - numbers.startMs), "from first to last"],
    [count(page.turns.length), page.turns.length === 1 ? "turn" : "turns"],
    [
      count(numbers.requests),
      numbers.requests === 1 ? "request" : "requests",
      some(numbers.failedRequests, "failed", "bad"),
    ],
    [
      count(numbers.calls),
      numbers.calls === 1 ? "tool call" : "tool calls",
      [...some(numbers.failedCalls, "failed", "bad"), ...some(numbers.deniedCalls, "denied", "warn")],
    ],
    ...(agents > 0
      ? [
          [
            count(agents),
            `${agents === 1 ? "subagent" : "subagents"}${page.agentRuns > agents ? `, run ${count(page.agentRuns)} times` : ""}`,
          ] as [string, string],
        ]
      : []),
    [short(numbers.input + numbers.cacheRead + numbers.cacheWrite), "tokens in"],
    [
      short(numbers.output),
      numbers.provisional > 0
        ? `tokens out, too low: ${plural(numbers.provisional, "request")} without a final count`
        : "tokens out",
    ],
    [numbers.cacheRatio === undefined ? "–" : percent(numbers.cacheRatio), "input from cache"],
    ...(page.compactions.length > 0
      ? [
          [count(page.compactions.length), page.compactions.length === 1 ? "compaction" : "compactions"] as [
            string,
            string,
          ],
        ]
      : []),
  ];
  return (
    <section class="panel facts" aria-label="Key figures">
      {facts.map(([value, meaning, troubles = []]) => (
        <div class="fact" key={meaning}>
          <b>{value}</b>
          <span>
            {meaning}
            {troubles.length > 0 && (
              <>
                {", "}
                <button type="button" class="link" onClick={onProblems}>
                  {troubles.map(([what, style], index) => (
                    <span key={what} class={style}>
                      {index > 0 && ", "}
                      {what}
                    </span>
                  ))}
                </button>
              </>
            )}
          </span>
        </div>
      ))}
    </section>
  );
}
