import type { NoticeSettings } from "./notice.ts";

/** `$5.00`. */
export function dollars(usd: number): string {
  return `$${usd.toFixed(2)}`;
}

/** `a session above $5.00, $20.00 and a day above $20.00`; undefined where there is no limit. */
export function limitsInWords({
  sessionUsd,
  dayUsd,
}: Readonly<Record<keyof Pick<NoticeSettings, "sessionUsd" | "dayUsd">, readonly number[]>>):
  | string
  | undefined {
  const limits = [
    ...(sessionUsd.length === 0 ? [] : [`a session above ${sessionUsd.map(dollars).join(", ")}`]),
    ...(dayUsd.length === 0 ? [] : [`a day above ${dayUsd.map(dollars).join(", ")}`]),
  ];
  return limits.length === 0 ? undefined : limits.join(" and ");
}
