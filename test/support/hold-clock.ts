import { onTestFinished, vi } from "vitest";

/** Holds the clock of this process at a whole second, as dates in HTTP have it, until the end of the test. */
export function holdClock(): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-11-20T09:00:00Z") });
  onTestFinished(() => void vi.useRealTimers());
}
