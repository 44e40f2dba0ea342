import type { Finished } from "../../session/model.ts";
import { endOf } from "../../session/walk.ts";

/**
 * How far the pieces of one session have been delivered at one outlet: the last delivered piece of each kind.
 *
 * Normally a session's files are read on from the end of the last reading, so no piece comes twice. But a transcript
 * may be replaced, its state may be lost, or the user may want everything sent again. The files are then read from
 * their start, and only the watermark tells which pieces are new.
 */
export type Watermark = { [kind in Finished["type"]]?: Mark };

/**
 * Compared number by number. Parts of a run use the numbers of the run and the part; all other pieces use their end in
 * epoch ms.
 */
type Mark = readonly [number, number];

/** An outlet's watermark, and the watermark of a replay, if one is under way. */
export interface Progress {
  until: Watermark;
  /** The files are being read from their start again. Everything at or below this mark has been delivered. */
  replay?: Watermark;
}

/** Starts a replay: the files will be read from their start, and only what is above `known` will be delivered. */
export function beginReplay(progress: Progress, known: Watermark = progress.until): void {
  if (Object.keys(known).length > 0) progress.replay = { ...known };
  else delete progress.replay;
}

/**
 * Returns the pieces that have not been delivered, in their order, and records them as delivered. A new turn ends the
 * replay: turns come in order, so every piece after it is new.
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

/** The later mark of each kind. */
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
  // A piece that was delivered within a turn may come alone when files are read in another order.
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
