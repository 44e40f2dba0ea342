import type { Compaction, Finished, LlmRequest, Place, RunPart, Subagent, ToolCall, Turn } from "./model.ts";

/** A finished piece of one kind. */
export type Piece<Kind extends Finished["type"]> = Extract<Finished, { type: Kind }>;

/**
 * A function that makes something of finished pieces alone: spans, observations or log events. `context`: for whom and
 * how.
 */
export type Projection<T, Context extends unknown[] = []> = (
  pieces: readonly Finished[],
  ...context: Context
) => T[];

/** Where a visited thing belongs. */
export interface Where {
  part: RunPart;
  /** The place of the turn. For things outside of turns, the place of the run. */
  place: Place;
  /** The turn that it is delivered with. */
  turn?: Turn;
  /** Id of the turn that it belongs to. It may be delivered later than the turn. */
  turnId?: string;
  /** The subagent whose conversation contains it. For a subagent, the one that called it. */
  agent?: Subagent;
}

/** What to do with each thing. Everything in the pieces is visited once, parents before their children. */
interface Visitor {
  partStarted?(piece: Piece<"part_started">): void;
  partFinished?(piece: Piece<"part_finished">): void;
  runFinished?(piece: Piece<"run_finished">): void;
  turn?(turn: Turn, where: Where): void;
  compaction?(compaction: Compaction, where: Where): void;
  request?(request: LlmRequest, where: Where): void;
  toolCall?(call: ToolCall, where: Where): void;
  subagent?(subagent: Subagent, where: Where): void;
}

/**
 * Visits everything in the pieces. In a conversation, it visits the requests, then the tool calls, each followed by its
 * subagent. Advisors are visited as requests.
 */
export function walk(pieces: readonly Finished[], visitor: Visitor): void {
  for (const piece of pieces) walkPiece(piece, visitor);
}

function walkPiece(piece: Finished, visitor: Visitor): void {
  const { part } = piece;
  const where: Where = { part, place: part.place };
  switch (piece.type) {
    case "part_started":
      return visitor.partStarted?.(piece);
    case "part_finished":
      return visitor.partFinished?.(piece);
    case "run_finished":
      return visitor.runFinished?.(piece);
    case "compaction":
      return visitor.compaction?.(piece.compaction, where);
    case "turn": {
      const { turn } = piece;
      const inTurn: Where = { part, place: turn.place, turn, turnId: turn.id };
      visitor.turn?.(turn, inTurn);
      for (const compaction of turn.compactions) visitor.compaction?.(compaction, inTurn);
      return walkConversation(turn, inTurn, visitor);
    }
    case "late":
      return walkConversation(piece, ofTurn(where, piece.turnId), visitor);
    case "subagent":
      return walkSubagent(piece.subagent, ofTurn(where, piece.turnId), visitor);
  }
}

function ofTurn(where: Where, turnId: string | undefined): Where {
  return turnId === undefined ? where : { ...where, turnId };
}

function walkConversation(
  { requests, toolCalls }: Pick<Subagent, "requests" | "toolCalls">,
  where: Where,
  visitor: Visitor,
): void {
  for (const request of requests) {
    visitor.request?.(request, where);
    for (const advisor of request.advisors ?? []) visitor.request?.(advisor, where);
  }
  for (const call of toolCalls) {
    visitor.toolCall?.(call, where);
    if (call.subagent !== undefined) walkSubagent(call.subagent, where, visitor);
  }
}

function walkSubagent(subagent: Subagent, where: Where, visitor: Visitor): void {
  visitor.subagent?.(subagent, where);
  const inAgent: Where = { ...where, agent: subagent };
  for (const compaction of subagent.compactions ?? []) visitor.compaction?.(compaction, inAgent);
  walkConversation(subagent, inAgent, visitor);
}

/** When everything in a piece had ended, in epoch ms. */
export function endOf(piece: Finished): number {
  switch (piece.type) {
    case "turn":
      return piece.turn.endMs;
    case "subagent":
      return piece.subagent.endMs;
    case "compaction":
      return piece.compaction.endMs;
    case "run_finished":
      return piece.summary.endMs;
    case "part_started":
      return piece.firstEndMs;
    case "part_finished":
      return piece.endMs;
    case "late":
      return Math.max(...[...piece.requests, ...piece.toolCalls].map(({ endMs }) => endMs));
  }
}
