import { onTestFinished } from "vitest";

/** Sets the time zone of this process until the end of the test. */
export function useTimeZone(zone: string): void {
  const { TZ } = process.env;
  onTestFinished(() => {
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
  });
  process.env.TZ = zone;
}

/** A time zone in which it is noon now, so that no midnight passes during a test, and its date. */
export function zoneAtNoon(): { zone: string; day: string } {
  const now = new Date();
  const ahead = 12 - now.getUTCHours();
  // In POSIX, zones east of Greenwich have a minus.
  const zone = `UTC${-ahead}`;
  return {
    zone,
    day: new Date(now.getTime() + ahead * 3_600_000).toISOString().slice(0, "2026-11-21".length),
  };
}
