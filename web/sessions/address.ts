import { ALWAYS, dayOf, type Filter, NO_FILTER, SORT_KEYS, type SortKey } from "./history.ts";

/** What the user has chosen in the list of sessions. */
export interface ListState {
  filter: Filter;
  sort: Sort;
  /** The words of the search through the texts. */
  words: string;
}

export interface Sort {
  key: SortKey;
  down: boolean;
}

export const NEWEST_FIRST: Sort = { key: "lastMs", down: true };

export const PERIODS = [
  { name: "today", days: 1 },
  { name: "last 7 days", days: 7 },
  { name: "last 30 days", days: 30 },
];

/** Returns the start of the first of this many days, including today. Returns 0 without a limit. */
export function sinceOf(days: number | undefined): number {
  if (days === undefined) return 0;
  const at = new Date(dayOf(Date.now()));
  return at.setDate(at.getDate() - days + 1);
}

/** Begins the address of the list. That of a session begins with its key, which is never empty. */
const START = "#/";

/**
 * Returns the address of the list, so that a reload and a copy of it lead to the same choice. Empty for the list as it
 * opens.
 */
export function hashOfList({ filter, sort, words }: ListState): string {
  const { text, model, status, sinceMs, untilMs } = filter;
  const period = PERIODS.find(({ days }) => sinceOf(days) === sinceMs && untilMs === ALWAYS.untilMs);
  const isUsual = sort.key === NEWEST_FIRST.key && sort.down === NEWEST_FIRST.down;
  const said = {
    filter: text,
    words,
    model,
    state: status,
    // "Today" is another day tomorrow.
    days: period === undefined ? "" : String(period.days),
    from: period === undefined && sinceMs !== ALWAYS.sinceMs ? dateOf(sinceMs) : "",
    to: untilMs === ALWAYS.untilMs ? "" : dateOf(dayOf(untilMs - 1)),
    sort: isUsual ? "" : `${sort.key}${sort.down ? "" : "-up"}`,
  };
  const params = String(new URLSearchParams(Object.entries(said).filter(([, value]) => value !== "")));
  return params === "" ? "" : START + params;
}

/** Whether an address is one of the list with a choice. */
export function isListHash(hash: string): boolean {
  return hash.startsWith(START);
}

/** Returns what an address says about the list. Parts that it does not know have their usual value. */
export function listStateIn(hash: string): ListState {
  const params = new URLSearchParams(isListHash(hash) ? hash.slice(START.length) : "");
  const said = (name: string) => params.get(name) ?? "";
  const period = PERIODS.find(({ days }) => String(days) === said("days"));
  const [from, to] = [dayIn(said("from")), dayIn(said("to"))];
  const key = SORT_KEYS.find((one) => one === said("sort").replace(/-up$/, ""));
  return {
    filter: {
      text: said("filter"),
      model: said("model"),
      status: said("state"),
      sinceMs: period === undefined ? (from ?? NO_FILTER.sinceMs) : sinceOf(period.days),
      // A day may have 23 or 25 hours: a day and a half later is in the next day.
      untilMs: to === undefined ? NO_FILTER.untilMs : dayOf(to + 36 * 3_600_000),
    },
    sort: key === undefined ? NEWEST_FIRST : { key, down: !said("sort").endsWith("-up") },
    words: said("words"),
  };
}

/** The local date: `2026-11-29`. */
function dateOf(ms: number): string {
  const at = new Date(ms);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The start of a local date. */
function dayIn(date: string): number | undefined {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(date) ?? [];
  return year === undefined ? undefined : new Date(Number(year), Number(month) - 1, Number(day)).getTime();
}
