import { type ComponentChildren, createContext } from "preact";
import { useContext } from "preact/hooks";
import type { ItemRef } from "./rows.ts";

/** The selected item: links to it are marked. */
export const Selected = createContext<ItemRef | undefined>(undefined);

/** A link to an item. */
export function ItemLink(props: {
  item: ItemRef;
  onSelect: (item: ItemRef) => void;
  children: ComponentChildren;
}) {
  const { item, onSelect, children } = props;
  const selected = useContext(Selected);
  const isSelected = selected?.kind === item.kind && selected.index === item.index;
  return (
    <button
      type="button"
      class="link"
      dir="auto"
      aria-current={isSelected ? "true" : undefined}
      onClick={() => onSelect(item)}
    >
      {children}
    </button>
  );
}
