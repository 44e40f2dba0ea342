/** What an audit says of the cost of a session. Money is USD. */
export interface PageAudit {
  /** Claude Code's own sum, and ours of the same requests; undefined where it wrote none. */
  claudeUsd?: number;
  ownUsd?: number;
  /** Each amount that Claude Code's sum has more, or (negative) has not; together they explain the difference. */
  reasons: { usd: number; why: string }[];
  /** Where ccotel reads something else than the transcript holds: each is a fault of ccotel. */
  differences: string[];
}
