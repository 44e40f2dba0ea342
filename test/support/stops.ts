import { readWhole } from "./read-files.ts";

export interface HookRun {
  atMs: number;
  name: "Stop" | "SessionEnd";
  promptId?: string;
}

/**
 * The times of a recorded session's Stop hooks: one for each completed turn, a delay from `delaysMs` after the turn's
 * last request or result. That record may not be on disk yet at this time.
 */
export function stopsOf(transcript: string, delaysMs: number[]): HookRun[] {
  const turns = readWhole(transcript).flatMap((piece) => (piece.type === "turn" ? [piece.turn] : []));
  return turns
    .filter(({ outcome }) => outcome === "completed")
    .map(({ requests, toolCalls, startMs, promptId }, index) => {
      const lastMs = Math.max(startMs, ...[...requests, ...toolCalls].map(({ endMs }) => endMs));
      const atMs = lastMs + (delaysMs[index % delaysMs.length] as number);
      return { atMs, name: "Stop" as const, ...(promptId === undefined ? {} : { promptId }) };
    });
}
