import type { PageSession } from "../../src/page/model.ts";
import type { ItemRef } from "../session/rows.ts";
import type { TextSource } from "../source.ts";

/** The input of each list. */
export interface ListProps {
  page: PageSession;
  source: TextSource;
  /** Formats a time of the session. */
  at: (ms: number) => string;
  /** `words`: the query that found the item. */
  onSelect: (item: ItemRef, words?: string) => void;
}
