import { epoch, object, text, usd } from "../transcript/fields.ts";

/** What Claude Code tells its status line, beyond what transcripts hold. */

/** The state of a usage limit of the account. */
export interface Limit {
  window: (typeof WINDOWS)[number];
  /** Used share of the limit; 1 is all of it. */
  usedRatio: number;
  /** When the limit resets, in epoch ms. */
  resetMs?: number;
}

const WINDOWS = ["five_hour", "seven_day"] as const;

/** The usage limits in a status line input. */
export function limitsSaid(raw: unknown): Limit[] {
  const limits = object(object(raw)?.rate_limits);
  return WINDOWS.flatMap((window) => {
    const limit = object(limits?.[window]);
    const percent = usd(limit?.used_percentage);
    if (percent === undefined) return [];
    const resetMs = resetOf(limit?.resets_at);
    return [{ window, usedRatio: percent / 100, ...(resetMs === undefined ? {} : { resetMs }) }];
  });
}

/** Converts a reset time to epoch ms. Clients write epoch seconds, epoch milliseconds or a date. */
function resetOf(value: unknown): number | undefined {
  if (typeof value === "string") return epoch(Date.parse(value));
  return typeof value === "number" && value < 1e11 ? epoch(value * 1000) : epoch(value);
}

/** What the status line received last in a turn. Plain JSON, kept with what the hooks know of a session. */
export interface SaidInTurn {
  /** When it received them, in epoch ms. */
  atMs: number;
  limits?: Limit[];
  /** Used share of the context window. */
  contextUsedRatio?: number;
  /** Claude Code's own sum of the session so far, with hidden requests, in USD. */
  clientUsd?: number;
}

/** The prompt that a status line input is about, and what it says. Undefined if it names no prompt. */
export function saidInTurn(raw: unknown, atMs: number): { promptId: string; said: SaidInTurn } | undefined {
  const line = object(raw);
  const promptId = text(line?.prompt_id);
  if (line === undefined || promptId === undefined) return undefined;
  const percent = usd(object(line.context_window)?.used_percentage);
  const clientUsd = usd(object(line.cost)?.total_cost_usd);
  const limits = limitsSaid(line);
  const said: SaidInTurn = { atMs };
  if (limits.length > 0) said.limits = limits;
  if (percent !== undefined) said.contextUsedRatio = percent / 100;
  if (clientUsd !== undefined) said.clientUsd = clientUsd;
  return { promptId, said };
}
