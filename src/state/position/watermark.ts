import type { Finished } from "../../session/model.ts";
import { endOf } from "../../session/walk.ts";

/**
 * How far the pieces of one session have come at one outlet: of each kind of piece the last one that was delivered.
 *
 * A session's files are normally read on from where the last reading ended, and then no piece comes twice. But a
 * transcript may be exchanged for another, its state may be lost, or the user may want everything sent again: then the
 * files are read from their start, and this is what is left to tell which pieces are new.
 */
export type Watermark = { [kind in Finished["type"]]?: Mark };

/** Compared number by number. Parts of a run are numbered; everything else is ordered by its end in epoch ms. */
type Mark = readonly [number, number];

/** An outlet's watermark, and the replay that it is in, if any. */
export interface Progress {
  until: Watermark;
  /** The files are being read again from their start, and what is at or below this has been delivered. */
  replay?: Watermark;
}

/** The files are about to be read from their start. Only what is above `known` is to be delivered. */
export function beginReplay(progress: Progress, known: Watermark = progress.until): void {
  if (Object.keys(known).length > 0) progress.replay = { ...known };
  else delete progress.replay;
}

/**
 * Those of the pieces that have not been delivered, in their order; notes them as delivered. A turn that was not
 * delivered before ends the replay: turns come in order, so everything behind it is new.
 */
export function takeNew(progress: Progress, pieces: readonly Finished[]): Finished[] {
  const { replay } = progress;
  const fresh = replay === undefined ? [...pieces] : pieces.filter((piece) => !isBelow(replay, piece));
  if (fresh.some(({ type }) => type === "turn")) delete progress.replay;
  for (const piece of fresh) {
    const { [piece.type]: last } = progress.until;
    const mark = markOf(piece);
    if (last === undefined || compare(mark, last) > 0) progress.until[piece.type] = mark;
  }
  return fresh;
}

/** The later of both, kind by kind. */
export function laterOf(a: Watermark, b: Watermark): Watermark {
  const later: Watermark = { ...a };
  for (const kind of Object.keys(b) as Finished["type"][]) {
    const [mine, other] = [a[kind], b[kind]];
    if (other !== undefined && (mine === undefined || compare(other, mine) > 0)) later[kind] = other;
  }
  return later;
}

function isBelow(known: Watermark, piece: Finished): boolean {
  const mark = markOf(piece);
  const isAtMost = (kind: Finished["type"]) => {
    const { [kind]: last } = known;
    return last !== undefined && compare(mark, last) <= 0;
  };
  // What was delivered inside of a turn may come by itself when its files are read in another order.
  return isAtMost(piece.type) || ((piece.type === "subagent" || piece.type === "late") && isAtMost("turn"));
}

function markOf(piece: Finished): Mark {
  const { part, type } = piece;
  const isOfRun = type === "part_started" || type === "part_finished" || type === "run_finished";
  return isOfRun ? [part.run, part.part] : [endOf(piece), 0];
}

function compare(a: Mark, b: Mark): number {
  return a[0] - b[0] || a[1] - b[1];
}
