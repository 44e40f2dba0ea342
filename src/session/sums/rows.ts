import type { Counts } from "../amounts.ts";
import { addCounts, noCounts } from "./counts.ts";

/** Numbers in rows that are added up by whatever one wants to know: a day, a model, a project, a tool. */

/** What numbers are kept apart by. A request has a model, a tool call a tool; everything else has neither. */
export interface RowKey {
  /** Start of the quarter of an hour, in epoch ms: days of every time zone can be made of them. */
  slotMs: number;
  project?: string;
  branch?: string;
  /** Type of the subagent; undefined for the main conversation. */
  agent?: string;
  /** The requested model. */
  model?: string;
  /** The skill that a request was made for; with its plugin before it. */
  skill?: string;
  /** The MCP server whose answer a request read, or that a call asked. */
  mcp?: string;
  tool?: string;
  /** Why it failed: type of an API error, or `tool_error`. */
  error?: string;
}

/** Zeros are left out. A request counts when it was answered, everything else when it began. */
export type Row = RowKey & Partial<Counts>;

/** Length of a row's slot. */
export const SLOT_MS = 15 * 60_000;

/** Rows of which no two have the same key. */
export interface Rows {
  add(key: RowKey, counts: Partial<Counts>): void;
  all(): Row[];
}

export function createRows(): Rows {
  const rows = new Map<string, Row>();
  const recent: Row[] = [];

  function rowOf(key: RowKey): Row {
    // What follows in a conversation mostly belongs to one of a few rows: names are made for the others alone.
    for (const row of recent) if (isSameKey(row, key)) return row;
    const name = nameOf(key);
    const row = rows.get(name) ?? keyOf(key);
    rows.set(name, row);
    if (recent.length >= RECENT) recent.pop();
    recent.unshift(row);
    return row;
  }

  return {
    add: (key, counts) => addCounts(rowOf(key), counts),
    all: () => [...rows.values()],
  };
}

/** The sum of all rows: every count, those that are zero included. */
export function countsOf(rows: readonly Row[]): Counts {
  const sum = noCounts();
  for (const row of rows) addCounts(sum, row);
  return sum;
}

/** As many as a turn with a few tools adds to. */
const RECENT = 8;

/** Sums of the rows by what `keyOf` says, in the order in which the keys come; rows for which it is undefined stay out. */
export function groupRows<Key extends string | number>(
  rows: readonly Row[],
  keyOf: (row: Row) => Key | undefined,
): Map<Key, Counts> {
  const groups = new Map<Key, Counts>();
  for (const row of rows) {
    const key = keyOf(row);
    if (key === undefined) continue;
    const sum = groups.get(key) ?? noCounts();
    groups.set(key, sum);
    addCounts(sum, row);
  }
  return groups;
}

const TEXTS = ["project", "branch", "agent", "model", "skill", "mcp", "tool", "error"] as const;

/** The same for no two keys: each part with its length before it, since it may hold anything. */
function nameOf(key: RowKey): string {
  let name = String(key.slotMs);
  for (const part of TEXTS) {
    const text = key[part];
    name += text === undefined ? ";" : `;${text.length}:${text}`;
  }
  return name;
}

function isSameKey(a: RowKey, b: RowKey): boolean {
  return (
    a.slotMs === b.slotMs &&
    a.tool === b.tool &&
    a.model === b.model &&
    a.agent === b.agent &&
    a.project === b.project &&
    a.branch === b.branch &&
    a.skill === b.skill &&
    a.mcp === b.mcp &&
    a.error === b.error
  );
}

function keyOf(row: RowKey): RowKey {
  const key: RowKey = { slotMs: row.slotMs };
  for (const part of TEXTS) {
    const text = row[part];
    if (text !== undefined) key[part] = text;
  }
  return key;
}
