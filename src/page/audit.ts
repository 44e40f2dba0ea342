/** What an audit says about the cost of a session. Money is USD. */
export interface PageAudit {
  /** Claude Code's own total, and ours of the same requests. Undefined if Claude Code recorded none. */
  claudeUsd?: number;
  ownUsd?: number;
  /** Amounts that only Claude Code's total includes, or (negative) lacks. Together they explain the difference. */
  reasons: { usd: number; why: string }[];
  /** Where ccotel reads something else than the transcript holds. Each one is a bug in ccotel. */
  differences: string[];
}
