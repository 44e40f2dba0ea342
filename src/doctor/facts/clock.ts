/** Measures how far this machine's clock differs from a server's, by the `Date` of a response. */

/**
 * Returns this clock minus that of the server at `url`, in ms. Returns undefined if it does not respond or sends no
 * date. The date has whole seconds, so a result below two seconds means nothing.
 */
export async function measureClockSkew(url: string): Promise<number | undefined> {
  try {
    const before = Date.now();
    const response = await fetch(new URL(url).origin, {
      method: "HEAD",
      redirect: "manual",
      signal: AbortSignal.timeout(3000),
    });
    const here = (before + Date.now()) / 2;
    return skewOf(response.headers.get("date"), here);
  } catch {
    return undefined;
  }
}

/**
 * Returns the difference to a `Date` header. The header omits the fraction of the second; half a second is the best
 * estimate.
 */
export function skewOf(date: string | null, nowMs: number): number | undefined {
  const there = date === null ? Number.NaN : Date.parse(date);
  return Number.isNaN(there) ? undefined : Math.round(nowMs - (there + 500));
}
