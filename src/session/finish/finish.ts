import { homedAgents } from "../agents/agents.ts";
import { answeredAtRest, foregroundAtRest } from "../agents/at-rest.ts";
import { agentsOfSkill, giveExpectedHomes, isBackground } from "../agents/links.ts";
import { isAtRest } from "../conversation/conversation.ts";
import type { Finished } from "../model.ts";
import type { SessionOptions } from "../options.ts";
import type { RunState } from "../run-state.ts";
import type { MainItem, OpenTurn, SessionState } from "../state.ts";
import { settleEnding } from "../turns/costs.ts";
import { endTurn } from "../turns/turns.ts";
import { hasOpenTurn } from "../turns/windows.ts";
import { finishAgentsOf, finishBackground, finishStrays } from "./background.ts";
import { settleCost } from "./cost.ts";
import { finishCopiedTurn, finishLate, finishTurn } from "./finish-turn.ts";
import { type Finishing, type Occurrence, openRun, overdueRun, startPart, summarizeRun } from "./runs.ts";
import { markUnfinished } from "./unfinished.ts";

/** What is known about the session's files in addition to their records. */
export interface FileFacts {
  /** No file has been written for a while. What is missing will not come. */
  quiet: boolean;
  /** No file will be written again: the end of the file is the end of the run. */
  ended: boolean;
  /**
   * For reports about a session that may go on: since when a running client has it open, in epoch ms, or undefined. What
   * this client works on at the end of the file is then unfinished, not cut off.
   */
  openSinceMs?: () => number | undefined;
  /** The process says that it exits. Costs that it has written are the end of its run. */
  exits?: boolean;
}

/**
 * Returns what has become final since the last call, in the order in which it may be sent. The result depends only on
 * the session's state: it is the same however often `finish` is called, and wherever the reading was cut.
 */
export function finish(session: SessionState, facts: FileFacts, options: SessionOptions): Finished[] {
  const finishing: Finishing = { session, options, out: [] };
  // A quiet file is not enough: `/fork` also writes costs, and then the session continues. A signal makes the client
  // write them before the last rows of its turn.
  const isLast = facts.quiet || !hasOpenTurn(session.main);
  if (facts.ended || (facts.exits && isLast)) settleEnding(session.main, undefined);
  if (facts.ended) {
    if (facts.openSinceMs !== undefined) markUnfinished(session, facts.openSinceMs);
    endTurn(session.main);
  }
  giveExpectedHomes(session);
  const items = session.main.items;
  for (let item = items[0]; item !== undefined; item = items[0]) {
    if (!facts.quiet && !facts.ended && !isWritten(session, item)) break;
    items.shift();
    finishItem(finishing, item);
  }
  finishBackground(finishing, facts);
  if (facts.ended && items.length === 0) finishAll(finishing);
  return finishing.out;
}

/**
 * Whether everything of the item is on disk, as far as the files show. The client writes each file separately, with its
 * own buffer.
 */
function isWritten(session: SessionState, item: MainItem): boolean {
  const { main, run } = session;
  if (item.type === "turn" && item.turn.copiedFrom === undefined) {
    // An item after a turn proves that the turn has ended, even with agents without a result.
    const isFollowed = main.items.length > 1 || hasOpenTurn(main);
    const { thread } = item.turn;
    if (item.awaitsDuration || !answeredAtRest(session, thread) || !isSkillOver(session, item.turn))
      return false;
    return isFollowed || foregroundAtRest(session, thread);
  }
  if (item.type !== "cost-state") return true;
  return homedAgents(session).every((agent) => {
    if (agent.home?.run !== run?.part.run) return true;
    return agent.threads.length > 0 && agent.threads.every(({ thread }) => isAtRest(thread));
  });
}

function isSkillOver(session: SessionState, turn: OpenTurn): boolean {
  if (turn.skill === undefined) return true;
  const agents = agentsOfSkill(session, turn);
  if (turn.skill.agentId !== undefined) return agents.length > 0;
  return (
    agents.length > 0 &&
    agents.every((agent) => {
      const first = agent.threads[0];
      if (isBackground(undefined, agent)) return true;
      return first !== undefined && isAtRest(first.thread) && foregroundAtRest(session, first.thread);
    })
  );
}

function finishItem(finishing: Finishing, item: MainItem): void {
  const { session, out } = finishing;
  switch (item.type) {
    case "turn":
      if (item.turn.copiedFrom !== undefined) return finishCopiedTurn(finishing, item);
      beginWith(finishing, item.turn);
      return finishTurn(finishing, item);
    case "late":
      return finishLate(finishing, item);
    case "compaction": {
      const { compaction, ...where } = item;
      const at = { startMs: compaction.startMs, ...where };
      beginWith(finishing, at);
      const run = openRun(finishing, at);
      startPart(finishing, run, compaction.endMs);
      run.compactions++;
      run.partSpans++;
      run.partEndMs = Math.max(run.partEndMs, compaction.endMs);
      out.push({ type: "compaction", part: run.part, compaction });
      return;
    }
    case "cost-state": {
      const run = session.run;
      if (run !== undefined && !run.closed) {
        const endMs = item.lastMs ?? run.partEndMs;
        finishRun(finishing, run, endMs, item.nextMs ?? Number.POSITIVE_INFINITY, item);
      } else {
        settleCost(session.cost, item.totalUsd, item.startMs);
      }
      // If only the end of the file had ended the run, the costs now end it for good.
      session.run = undefined;
    }
  }
}

/**
 * Ends what is over when something new begins: the run before a long silence, and agents since then that no call
 * started.
 */
function beginWith(finishing: Finishing, at: Occurrence & { promptId?: string }): void {
  const { session } = finishing;
  const overdue = overdueRun(finishing, at);
  if (overdue !== undefined && at.beforeMs !== undefined) {
    if (!overdue.closed) finishRun(finishing, overdue, at.beforeMs, at.startMs, undefined);
    session.run = undefined;
  }
  if (session.run === undefined && session.lastPart !== undefined)
    finishStrays(finishing, at.startMs, at.promptId);
}

/**
 * Ends the run: first its remaining agents in their current state, then the summary. `endMs`: time of the main file's
 * last record in the run. `untilMs`: agents that begin later do not belong to the run.
 */
function finishRun(
  finishing: Finishing,
  run: RunState,
  endMs: number,
  untilMs: number,
  sum: { totalUsd: number; startMs: number } | undefined,
): void {
  finishAgentsOf(finishing, run, { endMs, untilMs });
  summarizeRun(finishing, run, endMs, sum);
}

/** Ends everything that is open, since no file will be written again. */
function finishAll(finishing: Finishing): void {
  const { session } = finishing;
  const { run, main } = session;
  if (run !== undefined && !run.closed) {
    const endMs = main.lastMs ?? run.partEndMs;
    finishRun(finishing, run, endMs, Number.POSITIVE_INFINITY, undefined);
  }
  finishStrays(finishing, Number.POSITIVE_INFINITY);
  const begun = session.run;
  if (begun !== undefined && !begun.closed) summarizeRun(finishing, begun, begun.partEndMs, undefined);
}
