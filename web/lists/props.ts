import type { PageSession } from "../../src/page/model.ts";
import type { ItemRef } from "../session/rows.ts";
import type { TextSource } from "../source.ts";

/** What each list is made of. */
export interface ListProps {
  page: PageSession;
  source: TextSource;
  onSelect: (item: ItemRef) => void;
}
