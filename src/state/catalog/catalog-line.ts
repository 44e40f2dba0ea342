import type { KnownKin } from "../../files/kin/known-kin.ts";
import { hash53 } from "../../hash53.ts";
import type { Summary } from "../../session/sums/summary.ts";

/**
 * What the catalog knows of one session in the state of its files. One line of the catalog file: ASCII columns
 * separated by tabs, in two halves with a checksum each. The second half, the summary, is decoded only on request.
 */
export interface CatalogEntry {
  path: string;
  sessionId: string;
  /** The identity of the session's files when they were read. */
  identity: string;
  /** Keys of the destinations that have been sent all of the session. */
  delivered: readonly string[];
  /** Key of the session's own first response, which identifies copies of its history. */
  firstRequest?: string;
  /** The sessions with which it shares history, as known when they were last looked for. */
  kin?: KnownKin;
  /** What the summary depends on besides the files: versions and prices. Not set if there is no summary. */
  summaryKey?: string;
  /** The summary as JSON, after its checksum. */
  summaryText?: string;
}

/** The version of the format. Lines of another version are ignored. */
const FORMAT = "1";

/** An entry as a line, without a line feed. */
export function toLine(entry: CatalogEntry): string {
  const columns = [
    keyOf(entry.path),
    ascii(entry.sessionId),
    entry.identity,
    ascii([...entry.delivered]),
    ascii(entry.firstRequest ?? ""),
    ascii(entry.summaryKey ?? ""),
    entry.kin === undefined ? "" : ascii(entry.kin),
  ].join("\t");
  return `${FORMAT}\t${columns}\t${checksum(columns)}\t${entry.summaryText ?? ""}`;
}

/** A transcript's path as it is written in the catalog's lines. */
export function keyOf(path: string): string {
  return ascii(path);
}

/** The key of the transcript that a line is about; undefined for a line of another version or an invalid one. */
export function keyInLine(line: string): string | undefined {
  if (!line.startsWith(`${FORMAT}\t"`)) return undefined;
  const end = line.indexOf("\t", FORMAT.length + 1);
  return end === -1 ? undefined : line.slice(FORMAT.length + 1, end);
}

/** Parses a line. Undefined for a damaged line or a line of another version. */
export function parseLine(line: string): CatalogEntry | undefined {
  const summaryTab = line.lastIndexOf("\t");
  const sumTab = line.lastIndexOf("\t", summaryTab - 1);
  const columns = line.slice(FORMAT.length + 1, sumTab);
  const cells = columns.split("\t");
  if (!line.startsWith(`${FORMAT}\t`) || cells.length < 6 || cells.length > 7) return undefined;
  if (checksum(columns) !== line.slice(sumTab + 1, summaryTab)) return undefined;
  // Older lines lack the column `kin`. The related sessions are then looked for again.
  const [path, sessionId, identity, delivered, firstRequest, summaryKey, kin = ""] = cells;
  const summaryText = line.slice(summaryTab + 1);
  const entry: CatalogEntry = {
    path: plain(path),
    sessionId: plain(sessionId),
    identity: identity ?? "",
    delivered: delivered === "[]" ? [] : (JSON.parse(delivered ?? "[]") as string[]),
  };
  const first = plain(firstRequest);
  const key = plain(summaryKey);
  if (first !== "") entry.firstRequest = first;
  if (kin !== "") entry.kin = JSON.parse(kin) as KnownKin;
  if (key === "" || summaryText === "") return entry;
  return { ...entry, summaryKey: key, summaryText };
}

/** A summary as JSON, after its checksum. */
export function toSummaryText(summary: Summary): string {
  const text = ascii(summary);
  return `${checksum(text)} ${text}`;
}

/** Parses a summary with its checksum. Undefined if it is damaged. */
export function parseSummary(summaryText: string): Summary | undefined {
  const at = summaryText.indexOf(" ");
  const text = summaryText.slice(at + 1);
  return checksum(text) === summaryText.slice(0, at) ? (JSON.parse(text) as Summary) : undefined;
}

const NOT_ASCII = /[\u007f-\uffff]/;

/** JSON in ASCII, without tabs or line feeds. */
function ascii(value: unknown): string {
  const json = JSON.stringify(value);
  if (!NOT_ASCII.test(json)) return json;
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Decodes a JSON string. Most have no escapes and need no parser. */
function plain(json: string | undefined): string {
  if (json === undefined) return "";
  return json.includes("\\") ? (JSON.parse(json) as string) : json.slice(1, -1);
}

function checksum(text: string): string {
  return hash53(text).toString(36);
}
