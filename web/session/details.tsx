import { useEffect, useMemo, useState } from "preact/hooks";
import { MISS_CAUSES } from "../../src/insights/meanings.ts";
import type { PageCall, PageRequest, PageSession, PageTurn } from "../../src/page/model.ts";
import { Copy } from "../copy.tsx";
import type { ShownText } from "../data.ts";
import { count, day, duration, paid, percent, plural, short, time, usd } from "../format.ts";
import { Said } from "../said.tsx";
import type { TextSource } from "../source.ts";
import { CallLink, TriedCall } from "./call-link.tsx";
import { ItemLink } from "./item-link.tsx";
import { describeItem, listOf, neighbour, timesOf } from "./items.ts";
import { type Relations, relationsOf } from "./relations.ts";
import type { ItemRef } from "./rows.ts";
import { costOf } from "./sums.ts";
import { TimeOfTurn } from "./time-went.tsx";
import { useFocus } from "./use-focus.ts";

interface Props {
  page: PageSession;
  item: ItemRef;
  source: TextSource;
  /** Words to mark in its texts. */
  words: string | undefined;
  /** Whether to show the texts of each selected item, and what to call when the reader asks for them. */
  isTextWanted: boolean;
  onTextWanted: () => void;
  /** Undefined closes the details. */
  onSelect: (item: ItemRef | undefined) => void;
}

/** Shows everything about the selected item. */
export function Details({ page, item, source, words, isTextWanted, onTextWanted, onSelect }: Props) {
  const relations = useMemo(() => relationsOf(page), [page]);
  const step = (by: 1 | -1) => onSelect(neighbour(page, item, by));
  const focus = useFocus(item);
  const { startMs, endMs } = timesOf(page, item);
  const id = listOf(page, item.kind)[item.index]?.id;
  const turn = item.kind === "turn" ? undefined : listOf(page, item.kind)[item.index]?.turn;
  return (
    <aside class="panel details" aria-live="polite" aria-label="Details" tabIndex={-1} {...focus}>
      <div class="row spread" style={{ flexWrap: "nowrap", alignItems: "flex-start" }}>
        <h2>{describeItem(page, item)[0]}</h2>
        <div class="row noprint" style={{ flexWrap: "nowrap" }}>
          <button type="button" aria-label="Previous item" title="Previous item (p)" onClick={() => step(-1)}>
            ‹
          </button>
          <button type="button" aria-label="Next item" title="Next item (n)" onClick={() => step(1)}>
            ›
          </button>
          <button
            type="button"
            aria-label="Close the details"
            title="Close (Esc)"
            onClick={() => onSelect(undefined)}
          >
            ✕
          </button>
        </div>
      </div>
      <p class="dim" style={{ marginTop: 0 }}>
        {day(startMs)}, {time(startMs)} · {duration(endMs - startMs)}
        {turn !== undefined && (
          <>
            {" · "}
            <ItemLink item={{ kind: "turn", index: turn }} onSelect={onSelect}>
              turn {page.turns[turn]?.index}
            </ItemLink>
          </>
        )}
      </p>
      {item.kind === "turn" && (
        <TurnDetails
          page={page}
          index={item.index}
          turn={page.turns[item.index] as PageTurn}
          onSelect={onSelect}
        />
      )}
      {item.kind === "request" && (
        <RequestDetails request={page.requests[item.index] as PageRequest}>
          <Added page={page} index={item.index} relations={relations} onSelect={onSelect} />
        </RequestDetails>
      )}
      {item.kind === "call" && (
        <CallDetails
          page={page}
          index={item.index}
          call={page.calls[item.index] as PageCall}
          onSelect={onSelect}
        >
          <Next page={page} index={item.index} relations={relations} onSelect={onSelect} />
        </CallDetails>
      )}
      {item.kind === "compaction" && <p>{describeItem(page, item).slice(2).join(" · ")}</p>}
      {id !== undefined && source.texts !== undefined && item.kind !== "compaction" && (
        <Texts
          key={id}
          id={id}
          load={source.texts}
          words={words}
          isWanted={isTextWanted}
          onWanted={onTextWanted}
        />
      )}
    </aside>
  );
}

function TurnDetails({
  page,
  index,
  turn,
  onSelect,
}: {
  page: PageSession;
  index: number;
  turn: PageTurn;
  onSelect: (item: ItemRef) => void;
}) {
  const requests = page.requests.filter((request) => request.turn === index);
  const { costUsd, unpriced } = costOf(requests);
  const calls = page.calls.filter((call) => call.turn === index);
  const refused = requests.filter(({ error }) => error !== undefined).length;
  const failed = calls.filter(({ outcome }) => outcome === "error").length;
  const first = page.requests.findIndex((request) => request.turn === index);
  const last = page.requests.findLastIndex(({ turn: of, lane }) => of === index && lane === 0);
  const hooks = (turn.hookMs?.calls ?? 0) + (turn.hookMs?.others ?? 0);
  const { rewound } = turn;
  return (
    <>
      {turn.prompt !== undefined && <p dir="auto">{turn.prompt}</p>}
      {turn.error !== undefined && <p class="bad">{turn.error}</p>}
      <p>
        <b>{paid(costUsd, unpriced)}</b>
        {` · ${plural(requests.length - refused, "request")}`}
        {refused > 0 && <span class="bad"> and {count(refused)} failed</span>}
        {` · ${plural(calls.length, "tool call")}`}
        {failed > 0 && <span class="bad"> · {count(failed)} failed</span>}
        {hooks > 0 && ` · ${duration(hooks)} of hooks`}
        {turn.source !== undefined && ` · from ${turn.source.replaceAll("_", " ")}`}
      </p>
      <TimeOfTurn page={page} turn={index} />
      {rewound !== undefined && (
        <p class="warn">
          Went back: {plural(rewound.turns, "turn")} before it {rewound.turns === 1 ? "is" : "are"} no longer
          part of the conversation.{" "}
          {rewound.first !== undefined && (
            <ItemLink item={{ kind: "turn", index: rewound.first }} onSelect={onSelect}>
              The first of them
            </ItemLink>
          )}
        </p>
      )}
      {first !== -1 && (
        <p>
          <ItemLink item={{ kind: "request", index: first }} onSelect={onSelect}>
            Its first request
          </ItemLink>
          {last !== first && (
            <>
              {", "}
              <ItemLink item={{ kind: "request", index: last }} onSelect={onSelect}>
                its last answer
              </ItemLink>
            </>
          )}
        </p>
      )}
    </>
  );
}

interface RelationProps {
  page: PageSession;
  index: number;
  relations: Relations;
  onSelect: (item: ItemRef) => void;
}

/** How many calls to name. */
const MOST_CALLS = 4;

/** Says what a request has in its context that the one before had not. */
function Added({ page, index, relations, onSelect }: RelationProps) {
  const grown = relations.grown(index);
  const calls = relations.callsBefore(index);
  if (grown === undefined && calls.length === 0) return null;
  return (
    <p>
      {grown === undefined ? "Has the results of " : `${short(grown)} tokens were added before it`}
      {grown !== undefined && calls.length > 0 && ", by results of "}
      {calls.slice(0, MOST_CALLS).map((call, place) => (
        <span key={call}>
          {place > 0 && ", "}
          <CallLink page={page} index={call} onSelect={onSelect} />
        </span>
      ))}
      {calls.length > MOST_CALLS && ` and ${calls.length - MOST_CALLS} more`}
    </p>
  );
}

/** Leads from a call to what came next in its conversation. */
function Next({ page, index, relations, onSelect }: RelationProps) {
  const request = relations.nextRequest(index);
  const next = relations.nextCall(index);
  if (request === undefined && next === undefined) return null;
  return (
    <p>
      Next:{" "}
      {request !== undefined && (
        <ItemLink item={{ kind: "request", index: request }} onSelect={onSelect}>
          the request with its result
        </ItemLink>
      )}
      {request !== undefined && next !== undefined && ", "}
      {next !== undefined && <TriedCall page={page} index={next} onSelect={onSelect} />}
    </p>
  );
}

function RequestDetails(props: { request: PageRequest; children: preact.ComponentChildren }) {
  const { request, children } = props;
  const { tokens, costParts, costUsd, startMs, firstChunkMs, firstBlockMs, retries = [] } = request;
  const rows = [
    ["uncached input", tokens.input, costParts?.input],
    ["cache read", tokens.cacheRead, costParts?.cacheRead],
    ["cache write", tokens.cacheWrite, costParts?.cacheWrite],
    ["output", tokens.output, costParts?.output],
  ] as const;
  const most = Math.max(1e-12, ...rows.map(([, , part = 0]) => part));
  return (
    <>
      {request.error !== undefined && (
        <p class="bad">
          {request.error}
          {request.errorText !== undefined && `: ${request.errorText}`}
        </p>
      )}
      <div class="bars">
        {rows.map(([name, amount, part = 0]) => (
          <>
            <span>{name}</span>
            <span class="bar" style={{ width: `${(part / most) * 100}%` }} />
            <span class="num">{count(amount)}</span>
            <span class="num">{costParts === undefined ? "" : usd(part)}</span>
          </>
        ))}
        {costParts !== undefined && costParts.webSearch > 0 && (
          <>
            <span>web search</span>
            <span class="bar" style={{ width: `${(costParts.webSearch / most) * 100}%` }} />
            <span />
            <span class="num">{usd(costParts.webSearch)}</span>
          </>
        )}
      </div>
      {request.isProvisional && (
        <p class="warn">
          Output and cost are too low: the transcript has no final output count of this request.
        </p>
      )}
      <p>
        {costUsd === undefined ? "No known price for this model" : <b>{usd(costUsd)}</b>}
        {request.contextRatio !== undefined && ` · context ${percent(request.contextRatio)} full`}
        {tokens.reasoning > 0 && ` · ${count(tokens.reasoning)} of the output tokens are thinking`}
        {request.speed !== undefined && ` · ${request.speed}`}
      </p>
      <p class="dim">
        {firstChunkMs !== undefined
          ? `First token after ${duration(firstChunkMs - startMs)}`
          : firstBlockMs !== undefined && `First token after at most ${duration(firstBlockMs - startMs)}`}
        {request.stopReason !== undefined && ` · stopped: ${request.stopReason}`}
        {request.isAborted && " · stopped by the user"}
        {(request.attempts ?? 1) > 1 && ` · ${request.attempts} attempts`}
      </p>
      {request.cacheMiss !== undefined && (
        <p class="warn">
          Paid again for {short(request.cacheMiss.tokens)} tokens that were in the cache:{" "}
          {MISS_CAUSES[request.cacheMiss.cause]}
          {request.cacheMiss.usd !== undefined && `. ${usd(request.cacheMiss.usd)} more`}.
        </p>
      )}
      {children}
      {retries.length > 0 && (
        <ul>
          {retries.map(({ atMs, status, error, delayMs }) => (
            <li key={atMs}>
              {[status, error].filter(Boolean).join(" ") || "failed"}
              {delayMs !== undefined && `, tried again after ${duration(delayMs)}`}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function CallDetails({
  page,
  index,
  call,
  onSelect,
  children,
}: {
  page: PageSession;
  index: number;
  call: PageCall;
  onSelect: (item: ItemRef) => void;
  children: preact.ComponentChildren;
}) {
  // A call does not wait for a background agent, which it started as well.
  const started = call.starts ?? page.lanes.findIndex((one) => one.call === index);
  const lane = page.lanes[started];
  const first = page.requests.findIndex((request) => request.lane === started);
  return (
    <>
      {call.about !== undefined && (
        <p class="mono" dir="auto">
          {call.about}
        </p>
      )}
      {call.error !== undefined && <p class={call.outcome === "denied" ? "warn" : "bad"}>{call.error}</p>}
      {call.waitIncluded === true && <p class="dim">The time includes waiting for a person.</p>}
      {call.request !== undefined && (
        <p>
          <ItemLink item={{ kind: "request", index: call.request }} onSelect={onSelect}>
            The request that made this call
          </ItemLink>
        </p>
      )}
      {lane !== undefined && first !== -1 && (
        <p>
          <ItemLink item={{ kind: "request", index: first }} onSelect={onSelect}>
            First request of the subagent {lane.name}
          </ItemLink>
        </p>
      )}
      {children}
    </>
  );
}

const KINDS: Record<ShownText["kind"], string> = {
  prompt: "Prompt",
  answer: "Answer",
  thinking: "Thinking",
  call: "Called with",
  result: "Result",
  title: "Title",
};

/** Shows the texts of an item. Loads them on request, and from then on for each item that is selected. */
function Texts(props: {
  id: string;
  load: (id: string) => Promise<ShownText[]>;
  words: string | undefined;
  isWanted: boolean;
  onWanted: () => void;
}) {
  const { id, load, words, isWanted, onWanted } = props;
  const [texts, setTexts] = useState<ShownText[] | string>();
  useEffect(() => {
    if (!isWanted) return;
    let isCurrent = true;
    load(id).then(
      (found) => isCurrent && setTexts(found),
      (error: Error) => isCurrent && setTexts(`The text could not be read: ${error.message}`),
    );
    return () => {
      isCurrent = false;
    };
  }, [id, isWanted]);
  if (!isWanted) {
    return (
      <button type="button" class="noprint" onClick={onWanted}>
        Show text
      </button>
    );
  }
  if (texts === undefined) return <p class="dim">Reading the transcript…</p>;
  if (typeof texts === "string") return <p class="bad">{texts}</p>;
  if (texts.length === 0) return <p class="dim">The transcript has no text for this.</p>;
  return (
    <div>
      {texts.map(({ kind, text, left }, index) => (
        <div key={index}>
          <div class="row spread dim">
            {KINDS[kind]}
            <Copy text={text} what={KINDS[kind].toLowerCase()} />
          </div>
          <Said text={text} words={words} />
          {left !== undefined && <p class="dim">{count(left)} more characters are not shown.</p>}
        </div>
      ))}
    </div>
  );
}
