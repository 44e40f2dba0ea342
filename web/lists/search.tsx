import { useMemo, useState } from "preact/hooks";
import type { PageSession } from "../../src/page/model.ts";
import type { Hit } from "../data.ts";
import { plural } from "../format.ts";
import { ItemLink } from "../session/item-link.tsx";
import type { ItemRef } from "../session/rows.ts";
import { Paged } from "./paged.tsx";
import type { ListProps } from "./props.ts";

export function Search({ page, source, at, onSelect }: ListProps) {
  const [words, setWords] = useState("");
  const [found, setFound] = useState<{ words: string; hits: Hit[]; isCut: boolean } | string>();
  const items = useMemo(() => itemsById(page), [page]);
  const search = async (event: Event) => {
    event.preventDefault();
    if (words.trim() === "") return;
    setFound(
      await source.find?.(words).then(
        (hits) => ({ words, ...hits }),
        (error: Error) => error.message,
      ),
    );
  };
  return (
    <>
      <form class="row noprint" onSubmit={search}>
        <input
          type="search"
          aria-label="Words to find"
          placeholder='words or "a phrase"'
          value={words}
          onInput={({ currentTarget }: { currentTarget: HTMLInputElement }) => setWords(currentTarget.value)}
        />
        <button type="submit">Find</button>
      </form>
      {typeof found === "string" && <p class="bad">{found}</p>}
      {typeof found === "object" && (
        <>
          <p class="dim" role="status">
            {found.isCut ? `The first ${found.hits.length} hits` : plural(found.hits.length, "hit")}
          </p>
          <Paged rows={found.hits} head={["Where", "Text", { title: "At", style: "minor" }]}>
            {(hit, index) => {
              const item = items.get(hit.id);
              return (
                <tr key={index}>
                  <td>
                    {item === undefined ? (
                      hit.kind
                    ) : (
                      <ItemLink item={item} onSelect={(one) => onSelect(one, found.words)}>
                        {hit.kind}
                      </ItemLink>
                    )}
                    {item?.kind === "call" && <span class="dim"> of {page.calls[item.index]?.name}</span>}
                  </td>
                  <td class="wide">
                    {hit.before}
                    <mark>{hit.match}</mark>
                    {hit.after}
                  </td>
                  <td class="nowrap minor">{hit.atMs !== undefined && at(hit.atMs)}</td>
                </tr>
              );
            }}
          </Paged>
        </>
      )}
    </>
  );
}

/** Maps the ids of texts to items. A prompt has the id of its turn. */
function itemsById(page: PageSession): Map<string, ItemRef> {
  const items = new Map<string, ItemRef>();
  for (const [index, { id }] of page.requests.entries()) items.set(id, { kind: "request", index });
  for (const [index, { id }] of page.calls.entries()) items.set(id, { kind: "call", index });
  for (const [index, { id }] of page.turns.entries()) items.set(id, { kind: "turn", index });
  return items;
}
