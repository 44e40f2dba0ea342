/** What a person or a program is told without a backend: an alert about cost, or a ping about what has happened. */
export type Notice = SessionAlert | DayAlert | Ping;

/** Whether it is about money; pings are about anything else. */
export function isAlert(notice: Notice): notice is SessionAlert | DayAlert {
  return notice.type === "session_cost" || notice.type === "day_cost";
}

/** A session has cost more than a limit. */
export interface SessionAlert {
  type: "session_cost";
  /** USD. */
  limitUsd: number;
  costUsd: number;
  sessionId: string;
  project?: string;
}

/** All sessions of a day together have cost more than a limit. */
export interface DayAlert {
  type: "day_cost";
  limitUsd: number;
  costUsd: number;
  /** `2026-11-29`, by the clock of this machine. */
  day: string;
}

/** What a ping can be about. */
export const PING_EVENTS = ["turn", "failure", "tool"] as const;
export type PingEvent = (typeof PING_EVENTS)[number];

/** Metadata of one turn, failure or tool call. No text of a prompt, an answer, a command or a file. */
export interface Ping {
  type: PingEvent;
  /** When it ended, in epoch ms. */
  atMs: number;
  sessionId: string;
  project?: string;
  /** Seconds. */
  duration: number;
  outcome: string;
  turn?: { index: number; costUsd: number; requests: number; toolCalls: number; outputTokens: number };
  tool?: { name: string; id: string; pathHash?: string };
  /** The type of an API error or the reason of a denial. */
  error?: string;
  agent?: string;
}

/** What is wanted, as `configure` wrote it down. Amounts in USD, ascending. */
export interface NoticeSettings {
  sessionUsd: number[];
  dayUsd: number[];
  /** Where alerts go. Addresses are secrets: who knows one can post there. */
  webhooks: string[];
  /** Whether alerts are also shown as a notification of the desktop. */
  desktop: boolean;
  ping?: { url: string; events: PingEvent[] };
  /** What ended before is history: it counts, but is not pinged about. Epoch ms. */
  sinceMs: number;
}
