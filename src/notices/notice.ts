/** A message to a person or a program that needs no backend: an alert about cost, or a ping about an event. */
export type Notice = SessionAlert | DayAlert | Ping;

/** Returns whether the notice is an alert about cost, and not a ping. */
export function isAlert(notice: Notice): notice is SessionAlert | DayAlert {
  return notice.type === "session_cost" || notice.type === "day_cost";
}

/** A session has cost more than a limit. */
interface SessionAlert {
  type: "session_cost";
  /** In USD. */
  limitUsd: number;
  costUsd: number;
  sessionId: string;
  project?: string;
}

/** All sessions of a day together have cost more than a limit. */
interface DayAlert {
  type: "day_cost";
  limitUsd: number;
  costUsd: number;
  /** The local date, such as `2026-11-29`. */
  day: string;
}

/** The events that a ping can report. */
export const PING_EVENTS = ["turn", "failure", "tool"] as const;
export type PingEvent = (typeof PING_EVENTS)[number];

/** Metadata of one turn, failure or tool call. Never holds the text of a prompt, an answer, a command or a file. */
export interface Ping {
  type: PingEvent;
  /** When it ended, in epoch ms. */
  atMs: number;
  sessionId: string;
  project?: string;
  /** In seconds. */
  duration: number;
  outcome: string;
  turn?: { index: number; costUsd: number; requests: number; toolCalls: number; outputTokens: number };
  tool?: { name: string; id: string; pathHash?: string };
  /** The type of an API error or the reason of a denial: the client's word, or `unasked`. */
  error?: string;
  agent?: string;
}

/** The settings that `configure` wrote. Amounts are in USD, in ascending order. */
export interface NoticeSettings {
  sessionUsd: number[];
  dayUsd: number[];
  /** Receivers of alerts. Their addresses are secrets: anyone who knows one can post to it. */
  webhooks: string[];
  /** Whether alerts also appear as desktop notifications. */
  desktop: boolean;
  ping?: { url: string; events: PingEvent[] };
  /** What ended before this time counts toward the cost, but sends no ping. Epoch ms. */
  sinceMs: number;
}
