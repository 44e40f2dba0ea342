import { useMemo, useState } from "preact/hooks";
import type { PageSession } from "../../src/page/model.ts";
import type { ShownText } from "../data.ts";
import { duration, plural } from "../format.ts";
import { Said } from "../said.tsx";
import { OUTCOME_STYLES, TriedCall } from "../session/call-link.tsx";
import { ItemLink } from "../session/item-link.tsx";
import { describeItem, listOf, timesOf } from "../session/items.ts";
import type { ItemRef } from "../session/rows.ts";
import { useTexts } from "../session/use-texts.ts";
import type { ListProps } from "./props.ts";

/** How many items to read and show at a time. */
const STRETCH = 60;

/** Shows one conversation as it was said: prompts, answers and calls, each with what it took. */
export function Conversation(props: ListProps) {
  const { page } = props;
  const [lane, setLane] = useState(0);
  const [stretches, setStretches] = useState(1);
  const items = useMemo(() => itemsOf(page, lane), [page, lane]);
  const left = items.length - stretches * STRETCH;
  return (
    <>
      {page.lanes.length > 1 && (
        <select
          class="noprint above"
          aria-label="Conversation"
          value={lane}
          onChange={({ currentTarget }: { currentTarget: HTMLSelectElement }) => {
            setLane(Number(currentTarget.value));
            setStretches(1);
          }}
        >
          {page.lanes.map(({ name, description }, index) => (
            <option key={index} value={index}>
              {index === 0 ? "main" : [name, description].filter(Boolean).join(": ")}
            </option>
          ))}
        </select>
      )}
      {items.length === 0 && <p class="dim">Nothing was said yet.</p>}
      {Array.from({ length: stretches }, (_, n) => (
        <Stretch key={`${lane} ${n}`} {...props} items={items.slice(n * STRETCH, (n + 1) * STRETCH)} />
      ))}
      {left > 0 && (
        <button type="button" class="noprint" onClick={() => setStretches(stretches + 1)}>
          Show more ({plural(left, "item")} left)
        </button>
      )}
    </>
  );
}

/** Returns the items of a conversation in order of time. */
function itemsOf(page: PageSession, lane: number): ItemRef[] {
  const kinds = ["turn", "request", "call", "compaction"] as const;
  return kinds
    .flatMap((kind) => listOf(page, kind).map((one, index) => ({ ...one, item: { kind, index } })))
    .filter((one) => ("lane" in one ? one.lane : 0) === lane)
    .sort((a, b) => a.startMs - b.startMs)
    .map(({ item }) => item);
}

/** Shows some items in a row, with their texts as soon as they are read. */
function Stretch({ items, ...props }: ListProps & { items: readonly ItemRef[] }) {
  const { page, source } = props;
  const asked = items.flatMap(({ kind, index }) =>
    kind === "turn" || kind === "request" ? (listOf(page, kind)[index]?.id ?? []) : [],
  );
  // An answer of a running session may grow with the number of its requests the same.
  const texts = useTexts(source, asked, true, page.calls.length);
  if (texts === undefined) return <p class="dim">Reading the transcript…</p>;
  if (typeof texts === "string") return <p class="bad">{texts}</p>;
  return (
    <div class="talk">
      {items.map((item) => (
        <Item
          key={`${item.kind} ${item.index}`}
          {...props}
          item={item}
          texts={texts.filter(({ id }) => id === listOf(page, item.kind)[item.index]?.id)}
        />
      ))}
    </div>
  );
}

function Item(props: ListProps & { item: ItemRef; texts: readonly ShownText[] }) {
  const { page, item, texts, onSelect } = props;
  const { index, kind } = item;
  const error = kind === "compaction" ? undefined : listOf(page, kind)[index]?.error;
  const style = kind === "call" ? OUTCOME_STYLES[page.calls[index]?.outcome ?? "ok"] : "bad";
  const why = error !== undefined && <span class={style}> {error}</span>;
  if (kind === "call") {
    const { startMs, endMs } = timesOf(page, item);
    return (
      <p class="did">
        <TriedCall page={page} index={index} onSelect={onSelect} />{" "}
        <span class="dim">{duration(endMs - startMs)}</span>
        {why}
      </p>
    );
  }
  // Many requests say nothing, but call a tool.
  if (kind === "request" && texts.length === 0 && error === undefined) return null;
  const [name, ...about] = describeItem(page, item);
  return (
    <div class={kind}>
      <h3>
        <ItemLink item={item} onSelect={onSelect}>
          {name}
        </ItemLink>{" "}
        {about.slice(0, 2).join(" · ")}
        {texts[0]?.kind === "notification" && " · notification"}
        {why}
      </h3>
      {texts.map((text) =>
        text.kind === "thinking" ? (
          <details>
            <summary class="dim">Thinking</summary>
            <Said {...text} />
          </details>
        ) : (
          <Said {...text} isProse={text.kind === "answer"} />
        ),
      )}
    </div>
  );
}
