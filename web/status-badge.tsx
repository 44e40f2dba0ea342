const MEANINGS: Record<string, string> = {
  running: "Claude Code works on a turn",
  waiting: "Claude Code waits for you",
  stuck: "Nothing was written for ten minutes during a turn",
  ended: "Claude Code has exited",
  killed: "Claude Code has exited in the middle of a turn",
};

/** Shows what a session does. Pointing at it says what that means. */
export function StatusBadge({ status }: { status: string }) {
  return (
    <span class={`badge ${status}`} title={MEANINGS[status]}>
      {status}
    </span>
  );
}
