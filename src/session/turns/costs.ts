import type { TranscriptRecord } from "../../transcript/record.ts";
import { isSynthetic } from "../conversation/conversation.ts";
import type { MainState } from "../state.ts";
import { kindOfUserRecord } from "./prompt.ts";
import { endTurn } from "./turns.ts";

/**
 * Ends the run whose costs have been written, unless the record shows that the run goes on. The client writes its costs
 * when it exits, and also when `/fork` starts another process. Its own last rows, or those of another window, may follow
 * them.
 */
export function readAfterCosts(main: MainState, record: TranscriptRecord): void {
  const { ending } = main;
  if (ending === undefined) return;
  if (record.type === "local_command" && record.command === "fork") main.ending = undefined;
  else if (record.type === "cost-state") {
    if (record.startMs !== ending.startMs) settleEnding(main, record.atMs);
  } else if (record.atMs !== undefined && !isRepeatedState(main, record) && !goesOnWithTurn(main, record))
    settleEnding(main, record.atMs);
}

/** Whether the record holds an earlier state of the client, written again. Such records have no id. */
function isRepeatedState({ ending }: MainState, { type, atMs = 0 }: TranscriptRecord): boolean {
  return type === "other" && atMs < (ending?.lastMs ?? 0);
}

/** Whether the record belongs to the turn that was open when the costs were written. */
function goesOnWithTurn({ turn, items }: MainState, record: TranscriptRecord): boolean {
  const last = items.at(-1);
  if (turn === undefined)
    return record.type === "turn_duration" && last?.type === "turn" && last.awaitsDuration === true;
  switch (record.type) {
    case "assistant":
      return !isSynthetic(record);
    case "user":
      if (record.toolResults.length === 0) return kindOfUserRecord(record) === "interrupt";
      // A resume writes results of this kind for the calls of a dead process.
      return record.toolResults.every(({ denialKind }) => denialKind !== "interrupted");
    case "api-request":
    case "api_error":
    case "hook":
    case "stop_hook_summary":
    case "turn_duration":
      return true;
    default:
      return false;
  }
}

/** Ends the run whose costs have been written. `nextMs`: time of the record after them, if there is one. */
export function settleEnding(main: MainState, nextMs: number | undefined): void {
  const { ending } = main;
  if (ending === undefined) return;
  main.ending = undefined;
  if (main.turn?.budgetUsd !== undefined && ending.totalUsd >= main.turn.budgetUsd)
    main.turn.limit = "max_budget_usd";
  endTurn(main);
  main.items.push({ type: "cost-state", ...ending, ...(nextMs === undefined ? {} : { nextMs }) });
}
