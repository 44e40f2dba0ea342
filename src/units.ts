/** Formats numbers, units and lists for people. */

/** Formats a duration: `350ms`, `2.1s`, `4m 05s`, `1h 12m`, `2d 3h`. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/** Formats the time since a start: `0.4s`, then `12:05`, then `27:12:05`. */
export function offset(ms: number): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const rest = two(seconds % 60);
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`;
}

/** Formats tokens as Claude Code's `/cost` does: `104`, `12.2k`, `123k`, `1.2m`. */
export function count(value: number): string {
  if (value < 1000) return String(value);
  if (value < 999_500) return `${short(value / 1000)}k`;
  return value < 999_500_000 ? `${short(value / 1e6)}m` : `${short(value / 1e9)}b`;
}

/** Formats USD: four decimals below a dollar, two above, and `<$0.0001` for a smaller amount that is not zero. */
export function dollars(usd: number): string {
  return amount(usd, Math.abs(usd) < 0.99995 ? 4 : 2);
}

/** Returns a formatter for a column of amounts. All have the same number of decimals, so that the points align. */
export function dollarColumn(amounts: readonly number[]): (usd: number) => string {
  const digits = amounts.some((usd) => Math.abs(usd) >= 0.99995) ? 2 : 4;
  return (usd) => amount(usd, digits);
}

/** Formats USD with commas between the thousands, and with `<` if all its decimals would be zero. */
function amount(usd: number, digits: number): string {
  const size = Math.abs(usd);
  const smallest = 10 ** -digits;
  const isLess = size > 0 && size < smallest / 2;
  const [whole = "", decimals] = (isLess ? smallest : size).toFixed(digits).split(".");
  return `${usd < 0 ? "-" : ""}${isLess ? "<" : ""}$${grouped(whole)}.${decimals}`;
}

/** Formats a share, 0 to 1, as percent: `97%`, with one decimal below ten percent, and `<0.1%` for less. */
export function percent(share: number): string {
  if (share > 0 && share < 0.0005) return "<0.1%";
  return `${(share * 100).toFixed(share < 0.0995 && share > 0 ? 1 : 0)}%`;
}

/** Formats a count with its noun: `1 turn`, `2 turns`, `1,200 turns`. `many`: the plural if it is not noun plus `s`. */
export function plural(value: number, noun: string, many = `${noun}s`): string {
  return `${grouped(value)} ${value === 1 ? noun : many}`;
}

/**
 * Formats a whole number with commas: `1,200`. The first use of `toLocaleString` costs a command half as much as the
 * start of Node.
 */
export function grouped(value: number | string): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Joins words: `a, b and c`, or with another conjunction. */
export function listed(words: readonly string[], conjunction = "and"): string {
  return words.length < 2
    ? words.join("")
    : `${words.slice(0, -1).join(", ")} ${conjunction} ${words.at(-1)}`;
}

/** Formats a time in the time zone of this system: `2026-11-21 10:00:18`. */
export function clock(ms: number): string {
  const localMs = ms - new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(localMs).toISOString().slice(0, "2026-11-21T10:00:18".length).replace("T", " ");
}

/** Formats a length of time in its largest suitable unit, rounded: `45 s`, `12 min`, `3 h`, `2 days`. */
export function lasting(ms: number): string {
  const seconds = Math.abs(ms) / 1000;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}

/** Formats a size in bytes: `812 B`, `1.4 MB`. */
export function sized(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

function short(value: number): string {
  return value < 99.95 ? value.toFixed(1) : String(Math.round(value));
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
