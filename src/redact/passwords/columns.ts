/**
 * Secrets in tables whose header names them: CSV and TSV files, tables in Markdown, what databases print, and dumps of
 * PostgreSQL. The name stands on another line than the value, so no single pattern finds both.
 */

import { type Range, replaceRanges } from "../range.ts";
import { isNoSecret, looksMade } from "./no-secret.ts";

/** A table that is being read: the delimiter, and which of its columns are secret. */
interface Table {
  delimiter: string;
  count: number;
  secret: ReadonlyMap<number, string>;
  /** The table holds data, so that every word below the name of a password is one. */
  isData: boolean;
}

/** A cell of a line, without quotation marks and spaces around it. */
interface Cell {
  text: string;
  start: number;
}

/** The name of a column with secrets. */
export const SECRET_COLUMN =
  /^(?:[\w.-]{1,40}[ _.-])?(?:password|passwd|passphrase|passcode|pwd|pass|pw|passwort|kennwort|contrase[nñ]a|senha|wachtwoord|mot de passe|secret|token|api[ _-]?key|apikey|(?:secret|private|auth|client)[ _-](?:access[ _-])?(?:key|secret|token))(?:[ _-](?:hash|digest|key|value))?$/i;

const PASSWORD = /pass|pwd|pw$|kennwort|contrase|senha|wachtwoord/i;

/** A cheap test for whether a line may be a header. */
const HINT = /pass|pwd|pw|secret|token|key|kennwort|contrase|senha|wachtwoord/i;

/** Masks what stands in columns with secrets. */
export function removeColumns(text: string): string {
  if (!HINT.test(text)) return text;
  const ranges: Range[] = [];
  let table: Table | undefined;
  for (const { line, start, tab } of linesOf(text)) {
    if (RULE.test(line)) {
      // Between crosses, a database has printed rows.
      if (table !== undefined && line.includes("+")) table = { ...table, isData: true };
      continue;
    }
    const cells: Cell[] = table === undefined ? [] : cellsOf(line, table.delimiter);
    if (table === undefined || cells.length !== table.count) {
      table = headerOf(line, tab);
      continue;
    }
    for (const [index, name] of table.secret) {
      const cell = cells[index];
      if (cell !== undefined && isSecret(cell.text, name, table)) {
        const at = start + cell.start;
        ranges.push({ start: at, end: at + cell.text.length, kind: "password" });
      }
    }
  }
  return replaceRanges(text, ranges);
}

/** A line between header and rows, or around them. */
const RULE = /^[\s|+:=─-]{3,}$/;

/** What a tool or a diff puts before a line. */
const MARGIN = /^(?:\s{0,8}\d{1,6}→|\+|-(?=\S))/;

/** Splits into lines, also where the text is part of JSON. Leaves out what belongs to the JSON and to the margin. */
function* linesOf(text: string): Generator<{ line: string; start: number; tab: string }> {
  const separator = /\r?\n|(?:\\r)?\\n/g;
  let start = 0;
  let wasEscaped = false;
  for (;;) {
    const next = separator.exec(text);
    const end = next?.index ?? text.length;
    const isEscaped = next?.[0].startsWith("\\") === true;
    let line = text.slice(start, end);
    if (isEscaped && !wasEscaped) {
      const inner = line.replace(/^.*(?<!\\)"/s, "");
      start += line.length - inner.length;
      line = inner;
    } else if (wasEscaped && !isEscaped) {
      line = line.replace(/(?<!\\)".*$/s, "");
    }
    const margin = MARGIN.exec(line)?.[0].length ?? 0;
    const tab = isEscaped || wasEscaped ? "\\t" : "\t";
    yield { line: line.slice(margin), start: start + margin, tab };
    if (next === null) return;
    start = next.index + next[0].length;
    wasEscaped = isEscaped;
  }
}

/** `tab`: how the text writes a tab. In JSON, it is a backslash and a letter. */
function headerOf(line: string, tab: string): Table | undefined {
  if (!HINT.test(line)) return undefined;
  const copied = /^COPY [^\s(]{1,100} \(([^()]{1,2000})\) FROM stdin;?$/i.exec(line);
  if (copied !== null) return tableOf(cellsOf(copied[1] as string, ","), tab, true);
  for (const delimiter of [tab, "|", ";", ","]) {
    if (!line.includes(delimiter)) continue;
    const cells = cellsOf(line, delimiter);
    const isList = delimiter === "," && /,\s/.test(line);
    // Lists and statements of programs end with a delimiter.
    const isCode = delimiter !== "|" && cells.some(({ text }) => text === "");
    if (isList || isCode || !cells.every(({ text }) => NAME.test(text))) return undefined;
    return tableOf(cells, delimiter, delimiter !== "|");
  }
  return undefined;
}

/** The name of a column. Between commas, statements of programs have other signs, too. */
const NAME = /^[\p{L}\w .\-/#%]{0,60}$/u;

function tableOf(cells: readonly Cell[], delimiter: string, isData: boolean): Table | undefined {
  const secret = new Map(
    cells.flatMap(({ text }, index) => (SECRET_COLUMN.test(text) ? [[index, text] as const] : [])),
  );
  return secret.size > 0 && cells.length > 1 ? { delimiter, count: cells.length, secret, isData } : undefined;
}

function isSecret(value: string, name: string, { isData }: Table): boolean {
  if (value.length < 4 || isNoSecret(value, `${name}=`) || NO_VALUE.test(value)) return false;
  return looksMade(value) || (isData && PASSWORD.test(name) && /^\S+$/.test(value));
}

/** What a column of states or of descriptions has. */
const NO_VALUE =
  /^(?:yes|false|true|never|always|empty|missing|expired|active|disabled|enabled|changed|unset)$/i;

/** Splits a line. Delimiters in quotation marks, escaped or not, do not count. */
function cellsOf(line: string, delimiter: string): Cell[] {
  const cells: Cell[] = [];
  let from = 0;
  let isQuoted = false;
  for (let at = 0; at <= line.length; at++) {
    if (line[at] === '"') isQuoted = !isQuoted;
    if (at < line.length && (isQuoted || !line.startsWith(delimiter, at))) continue;
    cells.push(bare(line.slice(from, at), from));
    from = at + delimiter.length;
    at = from - 1;
  }
  return cells;
}

function bare(cell: string, start: number): Cell {
  const before = /^[\s"'\\\x60*]{0,20}/.exec(cell)?.[0].length ?? 0;
  const rest = cell.slice(before);
  const behind = /[\s"'\\\x60*]{1,20}$/.exec(rest.slice(-20))?.[0].length ?? 0;
  return { text: rest.slice(0, rest.length - behind), start: start + before };
}
