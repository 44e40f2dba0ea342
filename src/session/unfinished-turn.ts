/**
 * Returns the index of the turn that a running client still works on: the last one, if nothing shows how it ended. The
 * records alone cannot tell it from what a killed client left. Returns -1 if there is none.
 */
export function unfinishedTurn(
  turns: readonly { readonly startMs: number; readonly outcome: unknown }[],
): number {
  // The turns of two windows are not in order.
  const last = turns.reduce(
    (best, { startMs }, at) => (startMs >= (turns[best]?.startMs ?? 0) ? at : best),
    -1,
  );
  return turns[last]?.outcome === "cut_off" ? last : -1;
}
