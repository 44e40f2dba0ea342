import type { NoticeSettings } from "./notice.ts";

/** Formats a limit with all its digits: `$5.00`, `$0.125`. */
export function limitDollars(usd: number): string {
  return Number(usd.toFixed(2)) === usd ? `$${usd.toFixed(2)}` : `$${usd}`;
}

/** Formats the limits: `a session above $5.00, $20.00 and a day above $20.00`. Returns undefined without limits. */
export function limitsInWords({
  sessionUsd,
  dayUsd,
}: Readonly<Record<keyof Pick<NoticeSettings, "sessionUsd" | "dayUsd">, readonly number[]>>):
  | string
  | undefined {
  const limits = [
    ...(sessionUsd.length === 0 ? [] : [`a session above ${sessionUsd.map(limitDollars).join(", ")}`]),
    ...(dayUsd.length === 0 ? [] : [`a day above ${dayUsd.map(limitDollars).join(", ")}`]),
  ];
  return limits.length === 0 ? undefined : limits.join(" and ");
}
