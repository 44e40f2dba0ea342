import type { blocksJson, statsJson } from "../../report/json/stats.ts";
import type { Style } from "../../report/text/style.ts";

/** What `ccotel stats` found, for people and for programs. */
export interface StatsResult {
  /** Nothing was counted. */
  isEmpty: boolean;
  /** Is made only if it is asked for: the name of the time zone needs `Intl`, half as much as the start of Node. */
  json(): ReturnType<typeof statsJson | typeof blocksJson>;
  draw(style: Style): string;
}
