import { hash53 } from "../../hash53.ts";
import { parseDate } from "../../transcript/fields.ts";
import { parseLine, recordsOf } from "../../transcript/parse.ts";
import { renewsTimes, writesRowsAgain } from "../../transcript/row-key.ts";
import { responseKey } from "../../transcript/said-key.ts";

/** What a set of rows says about itself, found without parsing JSON. */
export interface RowFields {
  /**
   * Hashes of the ids of the first rows, and of those that these rows had where they were copied from, up to
   * `MAX_ROW_IDS`. A string would keep the text of its line in memory.
   */
  rowIds: number[];
  /** The sessions that the rows name as theirs, each once. */
  sessions: string[];
  /**
   * `begunMs`: the time of the first row that has one. `firstMs` and `lastMs`: the earliest and the latest time. In
   * epoch ms.
   */
  begunMs: number | undefined;
  firstMs: number;
  lastMs: number;
  /** The row of `begunMs` is a `queue-operation`. */
  beginsQueued: boolean;
  /** One of the rows is by a client up to 2.0.29, which gives new times to the rows that a fork copies. */
  isOld: boolean;
  /**
   * One of the rows is by a client that may give new ids to rows that it copies. Then `rowIds` has keys of responses,
   * too.
   */
  mayRenew: boolean;
  /** How many of `rowIds` are such keys. */
  renewed: number;
  /** A response has the time of the first row: both were copied. */
  isRenewed: boolean;
  /** One of the rows is a response. */
  hasResponse: boolean;
}

const MAX_ROW_IDS = 16;

export function newRowFields(): RowFields {
  return {
    rowIds: [],
    sessions: [],
    begunMs: undefined,
    firstMs: Number.POSITIVE_INFINITY,
    lastMs: Number.NEGATIVE_INFINITY,
    beginsQueued: false,
    isOld: false,
    mayRenew: false,
    renewed: 0,
    isRenewed: false,
    hasResponse: false,
  };
}

export function copyOf(fields: RowFields): RowFields {
  return { ...fields, rowIds: [...fields.rowIds], sessions: [...fields.sessions] };
}

/** Adds the fields of a whole line. */
export function addRow(fields: RowFields, line: string): void {
  addFields(fields, line);
  const isResponse = line.includes('"type":"assistant"');
  fields.hasResponse ||= isResponse;
  if (isResponse && fields.mayRenew && fields.renewed < MAX_ROW_IDS) addRenewed(fields, line);
}

/** Adds the key of a response. Only by it, the row and a copy of it with another id are recognized. */
function addRenewed(fields: RowFields, text: string): void {
  for (const record of recordsOf(parseLine({ start: 0, end: 0, text }))) {
    const key = responseKey(record);
    if (key === undefined) continue;
    fields.rowIds.push(key);
    fields.renewed++;
    fields.isRenewed ||= record.atMs === fields.begunMs;
  }
}

/** A field that is looked for: its key, and a short string as its value. */
const FIELD = /"(timestamp|uuid|messageUuid|version|sessionId|requestSessionId)":\s?"([^"\\]{1,64})"/g;

/**
 * Adds the fields of a line or of its beginning. A quote inside a text has a backslash before it, so only keys match.
 */
export function addFields(fields: RowFields, line: string): void {
  FIELD.lastIndex = 0;
  for (let found = FIELD.exec(line); found !== null; found = FIELD.exec(line)) {
    const { 2: value = "", index } = found;
    switch (found[1]) {
      case "timestamp":
        addTime(fields, parseDate(value), line, index);
        break;
      case "uuid":
      case "messageUuid":
        addRowId(fields, hash53(value));
        break;
      case "version":
        fields.isOld ||= renewsTimes(value);
        fields.mayRenew ||= writesRowsAgain(value);
        break;
      default:
        if (!fields.sessions.includes(value)) fields.sessions.push(value);
    }
  }
}

function addRowId({ rowIds, renewed }: RowFields, id: number): void {
  if (rowIds.length - renewed < MAX_ROW_IDS && !rowIds.includes(id)) rowIds.push(id);
}

function addTime(fields: RowFields, atMs: number, line: string, at: number): void {
  if (!Number.isFinite(atMs)) return;
  if (fields.begunMs === undefined) {
    fields.begunMs = atMs;
    fields.beginsQueued = line.slice(0, at).includes('"queue-operation"');
  }
  fields.firstMs = Math.min(fields.firstMs, atMs);
  fields.lastMs = Math.max(fields.lastMs, atMs);
}

/** A short string, perhaps after a space. */
const VALUE = /\s?"([^"\\]{1,64})"/y;

/** The string of at most 64 characters that begins at `from`. Undefined for anything else. */
export function shortStringAt(line: string, from: number): string | undefined {
  VALUE.lastIndex = from;
  return VALUE.exec(line)?.[1];
}
