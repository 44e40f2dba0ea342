import { useMemo } from "preact/hooks";
import type { PageSession } from "../../../src/page/model.ts";
import { day, duration, time } from "../../format.ts";
import type { TextSource } from "../../source.ts";
import { ItemLink } from "../item-link.tsx";
import { describeItem, listOf, neighbour, timesOf } from "../items.ts";
import { relationsOf } from "../relations.ts";
import type { ItemRef } from "../rows.ts";
import { useFocus } from "../use-focus.ts";
import { CallDetails } from "./call.tsx";
import { RequestDetails } from "./request.tsx";
import { Texts } from "./texts.tsx";
import { TurnDetails } from "./turn.tsx";

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
  const ofItem = { page, index: item.index, relations, onSelect };
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
      {item.kind === "turn" && <TurnDetails {...ofItem} />}
      {item.kind === "request" && <RequestDetails {...ofItem} />}
      {item.kind === "call" && <CallDetails {...ofItem} />}
      {item.kind === "compaction" && <p>{describeItem(page, item).slice(2).join(" · ")}</p>}
      {id !== undefined && source.texts !== undefined && item.kind !== "compaction" && (
        <Texts
          key={id}
          id={id}
          source={source}
          words={words}
          isWanted={isTextWanted}
          onWanted={onTextWanted}
        />
      )}
    </aside>
  );
}
