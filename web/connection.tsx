import { useEffect, useState } from "preact/hooks";
import { time } from "./format.ts";

/** When the server last answered, in epoch ms, if it does not answer any more. */
let lostSinceMs: number | undefined;
let answeredMs = Date.now();
const watchers = new Set<() => void>();

/** Notes whether the server answered a request. */
export function noteAnswer(hasAnswered: boolean): void {
  if (hasAnswered) answeredMs = Date.now();
  const before = lostSinceMs;
  lostSinceMs = hasAnswered ? undefined : answeredMs;
  if (before !== lostSinceMs) for (const watcher of watchers) watcher();
}

/** Says that the server does not answer, while it does not: what the page shows may be old then. */
export function Connection() {
  const [sinceMs, setSince] = useState(lostSinceMs);
  useEffect(() => {
    const watcher = () => setSince(lostSinceMs);
    watchers.add(watcher);
    return () => void watchers.delete(watcher);
  }, []);
  return (
    <div role="alert">
      {sinceMs !== undefined && (
        <p class="lost noprint">
          <b>Not connected.</b> This is what the page knew at {time(sinceMs)}. If <code>ccotel view</code> has
          stopped, run it again and open the address that it prints.
        </p>
      )}
    </div>
  );
}
