import type { PageSession } from "../../src/page/model.ts";
import type { ItemRef } from "../session/rows.ts";
import type { TextSource } from "../source.ts";

/** What each list is made of. */
export interface ListProps {
  page: PageSession;
  source: TextSource;
  /** How a moment of the session is written. */
  at: (ms: number) => string;
  onSelect: (item: ItemRef) => void;
}
