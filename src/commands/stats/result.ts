import type { blocksJson, statsJson } from "../../report/json/stats.ts";
import type { Style } from "../../report/text/tree.ts";

/** What `ccotel stats` found, for people and for programs. */
export interface StatsResult {
  /** Nothing was counted. */
  isEmpty: boolean;
  json: ReturnType<typeof statsJson | typeof blocksJson>;
  draw(style: Style): string;
}
