/** How far this machine's clock is from a server's, by the `Date` of an answer. */

/**
 * This clock minus that of the server behind `url`, in ms; undefined when it does not answer or says no date. The
 * date has whole seconds, so anything below two of them means nothing.
 */
export async function measureClockSkew(
  url: string,
  nowMs: () => number = Date.now,
): Promise<number | undefined> {
  try {
    const before = nowMs();
    const response = await fetch(new URL(url).origin, {
      method: "HEAD",
      redirect: "manual",
      signal: AbortSignal.timeout(3000),
    });
    const here = (before + nowMs()) / 2;
    return skewOf(response.headers.get("date"), here);
  } catch {
    return undefined;
  }
}

/**
 * The difference to a `Date` header, which names a second that had begun: half of one is the best guess of the
 * rest.
 */
export function skewOf(date: string | null, nowMs: number): number | undefined {
  const there = date === null ? Number.NaN : Date.parse(date);
  return Number.isNaN(there) ? undefined : Math.round(nowMs - (there + 500));
}
