import type { PageTurn } from "../../../src/page/model.ts";
import { count, duration, paid, plural } from "../../format.ts";
import { ItemLink } from "../item-link.tsx";
import { costOf } from "../sums.ts";
import { TimeOfTurn } from "../time-went.tsx";
import type { ItemProps } from "./props.ts";

export function TurnDetails({ page, index, onSelect }: ItemProps) {
  const turn = page.turns[index] as PageTurn;
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
        {` · ${plural(requests.length, "request")}`}
        {refused > 0 && <span class="bad"> ({count(refused)} failed)</span>}
        {` · ${plural(calls.length, "tool call")}`}
        {failed > 0 && <span class="bad"> ({count(failed)} failed)</span>}
        {hooks > 0 && ` · ${duration(hooks)} of hooks`}
        {turn.source !== undefined && ` · from ${turn.source}`}
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
