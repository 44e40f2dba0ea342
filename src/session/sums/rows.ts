import type { Counts } from "../amounts.ts";
import { addCounts, noCounts } from "./counts.ts";

/** Counts in rows that can be summed by any part of their key: a day, a model, a project, a tool. */

/** The key of a row. A request has a model and a tool call has a tool. Everything else has neither. */
interface RowKey {
  /** Start of the quarter of an hour, in epoch ms. Days of every time zone consist of whole quarters. */
  slotMs: number;
  project?: string;
  branch?: string;
  /** Type of the subagent. Undefined for the main conversation. */
  agent?: string;
  /** The requested model. */
  model?: string;
  /** The skill that a request was made for, with its plugin as prefix. */
  skill?: string;
  /** The MCP server whose answer a request read, or that a call used. */
  mcp?: string;
  tool?: string;
  /** Why it failed: the type of an API error, or `tool_error`. */
  error?: string;
}

/** A key whose unknown parts may be there as undefined. */
export type LooseKey = { [Part in keyof RowKey]: RowKey[Part] | undefined } & { slotMs: number };

/** Zero counts are left out. A request counts at the time when it was answered, everything else when it began. */
export type Row = RowKey & Partial<Counts>;

/** Length of a row's slot. */
export const SLOT_MS = 15 * 60_000;

/** A set of rows with distinct keys. */
export interface Rows {
  /** The counts of the row with this key, to add to. */
  countsAt(key: LooseKey): Counts;
  all(): Row[];
}

/** A row while counts are added: all counts and the whole key, so that V8 sees one type of object. */
interface OpenRow {
  key: LooseKey;
  counts: Counts;
}

export function createRows(): Rows {
  const rows = new Map<string, OpenRow>();
  const recent: OpenRow[] = [];

  return {
    countsAt(key) {
      // Successive entries of a conversation mostly belong to a few rows. These are found without building a name.
      for (const row of recent) if (isSameKey(row.key, key)) return row.counts;
      const name = nameOf(key);
      const row = rows.get(name) ?? { key, counts: noCounts() };
      rows.set(name, row);
      if (recent.length >= RECENT) recent.pop();
      recent.unshift(row);
      return row.counts;
    },
    all: () => [...rows.values()].map(rowOf),
  };
}

/** The row without the parts of its key and the counts that it does not have. */
function rowOf({ key, counts }: OpenRow): Row {
  const row: Row = { slotMs: key.slotMs };
  for (const part of TEXTS) {
    const text = key[part];
    if (text !== undefined) row[part] = text;
  }
  for (const name in counts) {
    const count = counts[name as keyof Counts];
    if (count !== 0) row[name as keyof Counts] = count;
  }
  return row;
}

/** The sum of all rows, with every count, including zeros. */
export function countsOf(rows: readonly Row[]): Counts {
  const sum = noCounts();
  for (const row of rows) addCounts(sum, row);
  return sum;
}

/** About as many rows as one turn with a few tools changes. */
const RECENT = 8;

/**
 * Sums of the rows by the result of `keyOf`, in the order of the keys' first rows. Rows with an undefined key are left
 * out.
 */
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

/** A name that differs for different keys. The length precedes each part, since a part may contain any character. */
function nameOf(key: LooseKey): string {
  let name = String(key.slotMs);
  for (const part of TEXTS) {
    const text = key[part];
    name += text === undefined ? ";" : `;${text.length}:${text}`;
  }
  return name;
}

function isSameKey(a: LooseKey, b: LooseKey): boolean {
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
