import type { Counts } from "./amounts.ts";
import type { RunPart, TurnOutcome } from "./model.ts";
/** The open run of the session, with its sums so far. */
export interface RunState {
  part: RunPart;
  startMs?: number;
  /** Whether the root of the current part has been released. */
  partStarted: boolean;
  /** Number of spans in the current part that come from the main file. */
  partSpans: number;
  partTurns: number;
  turns: number;
  compactions: number;
  totals: Counts;
  outcome: TurnOutcome;
  title?: string;
  slug?: string;
  /** Latest time in the items of the main file. */
  partEndMs: number;
  /** Latest time in the released conversations of agents that outlived their turns. */
  agentsEndMs: number;
  /** The summary has been released: the end of the file was treated as the end of the run, and then the file grew. */
  summarized?: true;
  /** The run has ended. It continues only if the file continues without a mark in between. */
  closed?: true | undefined;
}

/** The data to compare the transcript's cost with Claude Code's own sum. */
export interface CostState {
  /** Cost by start time, since the start of the process that will write the next sum. */
  since: [startMs: number, usd: number][];
  /** The last sum: the start of its process, and how much more it contained than the transcript explains. */
  last?: { startMs: number; hiddenUsd: number };
}
