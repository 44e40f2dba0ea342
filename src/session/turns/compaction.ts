import type { CompactBoundaryRecord } from "../../transcript/record.ts";
import { compactionOf } from "../conversation/compaction.ts";
import type { MainState } from "../state.ts";
import { placeAt } from "./place.ts";
import { compactBranch } from "./rewind.ts";
import { endTurn } from "./turns.ts";

/** Reads a compaction of the main conversation. */
export function readCompaction(main: MainState, record: CompactBoundaryRecord): void {
  const compaction = compactionOf(record, main.firstMs, main);
  if (compaction === undefined) return;
  // Rows without ids may be repeated as a whole, and each needs a span of its own.
  if (record.uuid === undefined) compaction.id += ` behind turn ${main.turnIndex}`;
  // A person compacts between turns, the client itself within a turn.
  if (main.turn !== undefined && record.trigger !== "manual") {
    main.turn.compactions.push(compaction);
    compactBranch(main);
    return;
  }
  endTurn(main);
  compactBranch(main);
  const place = placeAt(main, record);
  if (record.copiedFrom === undefined) {
    const before = main.lastMs === undefined ? {} : { beforeMs: main.lastMs };
    main.items.push({ type: "compaction", compaction, place, ...before });
  }
}
