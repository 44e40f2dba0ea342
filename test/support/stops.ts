import { readWhole } from "./read-files.ts";

export interface HookRun {
  atMs: number;
  name: "Stop" | "SessionEnd";
  promptId?: string;
}

/**
 * When a recorded session's Stop hooks ran: at the end of each turn that ended by itself, so long after its last request
 * or result, which may not be on disk by then.
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
