import type { KnownKin } from "../../files/known-kin.ts";
import type { Summary } from "../../session/sums/summary.ts";
import { hash53 } from "../../transcript/row-key.ts";

/**
 * What the catalog knows of one session as it is in its files. A line of the catalog's file: columns apart by tabs, all in
 * ASCII, each half with a checksum. The second half is only decoded when somebody asks for the summary.
 */
export interface CatalogEntry {
  path: string;
  sessionId: string;
  /** Of its files when they were read. */
  identity: string;
  /** Destinations that have been sent all of it. */
  delivered: readonly string[];
  /** Key of its own first response, by which a copy of its history is known. */
  firstRequest?: string;
  /** What was known of the sessions whose history it shares when it was last looked for. */
  kin?: KnownKin;
  /** What the summary depends on beside the files: versions and prices. Undefined: there is none. */
  summaryKey?: string;
  /** The summary, as JSON with its checksum before it. */
  summaryText?: string;
}

/** The version of the format; lines of another one are not read. */
const FORMAT = "1";

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

/** A transcript's path as it stands in its lines. */
export function keyOf(path: string): string {
  return ascii(path);
}

/** Which transcript a line is about; undefined for a line of another version, or none. */
export function keyInLine(line: string): string | undefined {
  if (!line.startsWith(`${FORMAT}\t"`)) return undefined;
  const end = line.indexOf("\t", FORMAT.length + 1);
  return end === -1 ? undefined : line.slice(FORMAT.length + 1, end);
}

/** The entry of a line; undefined for a damaged one and for one of another version. */
export function parseLine(line: string): CatalogEntry | undefined {
  const summaryTab = line.lastIndexOf("\t");
  const sumTab = line.lastIndexOf("\t", summaryTab - 1);
  const columns = line.slice(FORMAT.length + 1, sumTab);
  const cells = columns.split("\t");
  if (!line.startsWith(`${FORMAT}\t`) || cells.length < 6 || cells.length > 7) return undefined;
  if (checksum(columns) !== line.slice(sumTab + 1, summaryTab)) return undefined;
  // Older lines have no column for it, and then it is looked for.
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

export function toSummaryText(summary: Summary): string {
  const text = ascii(summary);
  return `${checksum(text)} ${text}`;
}

/** Undefined where it is damaged. */
export function parseSummary(summaryText: string): Summary | undefined {
  const at = summaryText.indexOf(" ");
  const text = summaryText.slice(at + 1);
  return checksum(text) === summaryText.slice(0, at) ? (JSON.parse(text) as Summary) : undefined;
}

const NOT_ASCII = /[\u007f-\uffff]/;

/** JSON without a tab, a line feed or any byte that is not ASCII. */
function ascii(value: unknown): string {
  const json = JSON.stringify(value);
  if (!NOT_ASCII.test(json)) return json;
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Most texts have nothing to decode. */
function plain(json: string | undefined): string {
  if (json === undefined) return "";
  return json.includes("\\") ? (JSON.parse(json) as string) : json.slice(1, -1);
}

function checksum(text: string): string {
  return hash53(text).toString(36);
}
