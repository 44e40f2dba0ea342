import type { PageSession } from "../../../src/page/model.ts";
import type { Relations } from "../relations.ts";
import type { ItemRef } from "../rows.ts";

/** The input of what shows an item of one kind. */
export interface ItemProps {
  page: PageSession;
  index: number;
  relations: Relations;
  onSelect: (item: ItemRef) => void;
}
