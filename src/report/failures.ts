import type { Failure, ToldCall } from "../failures/failures.ts";
import type { FailureGroup, Grouping } from "../failures/group.ts";
import { UNASKED_WORDS } from "../failures/subject.ts";
import { printable } from "../printable.ts";
import { duration, grouped, plural } from "../units.ts";
import { type Column, drawColumns } from "./text/columns.ts";
import { MAX_COLUMNS, type Style } from "./text/style.ts";
import { shorten, width } from "./text/width.ts";
import { wrap } from "./text/wrap.ts";

/** A session with its failures. */
export interface FailedSession {
  sessionId: string;
  path: string;
  project?: string;
  branch?: string;
  /** The failures to show, sorted by time. */
  failures: Failure[];
  /** Number of earlier ones that are not shown. */
  earlier: number;
  /** How many requests and calls failed, and how many calls were denied, with the earlier ones. */
  failed: number;
  denied: number;
}

const MAX_ERROR_LINES = 3;
const INDENT = "    ";
const LABEL = 8;

/** Draws failures by session: what failed and when, the error, what led to it, and whether a later attempt worked. */
export function drawFailures(
  sessions: readonly FailedSession[],
  nameOf: (ms: number) => string,
  style: Style,
): string {
  const narrow = { ...style, columns: Math.min(style.columns, MAX_COLUMNS) };
  return sessions
    .map((session) => drawSession(session, nameOf, narrow).join("\n"))
    .join("\n\n")
    .concat("\n");
}

function drawSession(
  { sessionId, project, branch, failures, earlier, failed, denied }: FailedSession,
  nameOf: (ms: number) => string,
  style: Style,
): string[] {
  const { paint, columns } = style;
  const counts = [
    failed > 0 ? `${grouped(failed)} failed` : undefined,
    denied > 0 ? `${grouped(denied)} denied` : undefined,
  ];
  const facts = [project, branch, ...counts].flatMap((fact) => (fact === undefined ? [] : [printable(fact)]));
  const lines = [
    paint("bold", shorten(`Session ${printable(sessionId)}`, columns)),
    ...wrap(facts.join(" · "), columns).map((line) => paint("dim", shorten(line, columns))),
  ];
  if (earlier > 0)
    lines.push(
      paint("dim", shorten(`${plural(earlier, "earlier one")}: ccotel errors ${sessionId}`, columns)),
    );
  return [...lines, ...failures.flatMap((failure) => ["", ...drawFailure(failure, nameOf, style)])];
}

function drawFailure(failure: Failure, nameOf: (ms: number) => string, { columns, paint }: Style): string[] {
  const time = nameOf(failure.atMs);
  const room = Math.max(20, columns - width(time) - 2);
  const head = shorten(`✗ ${headOf(failure)}`, room);
  const gap = " ".repeat(Math.max(2, columns - width(head) - width(time)));
  const said = printable([reasonOf(failure), failure.error].filter(Boolean).join(": "));
  const error = wrap(said, columns - INDENT.length).map((line) => shorten(line, columns - INDENT.length));
  const line = (label: string, text: string | undefined) =>
    text === undefined
      ? []
      : [paint("dim", shorten(`${INDENT}${label.padEnd(LABEL)}${printable(text)}`, columns))];
  return [
    `${paint("red", head)}${gap}${paint("dim", time)}`,
    ...(said === "" ? [] : error.slice(0, MAX_ERROR_LINES).map((text) => `${INDENT}${text}`)),
    ...line("prompt", promptOf(failure)),
    ...line("request", requestOf(failure)),
    ...line("then", failure.next === undefined ? undefined : tellCall(failure.next)),
    ...line("result", resultOf(failure)),
  ];
}

function headOf({ kind, tool, about, request, agent }: Failure): string {
  const what =
    kind === "api" ? `request to ${request?.model ?? "the model"}` : [tool, about].filter(Boolean).join("  ");
  return printable(agent === undefined ? what : `${agent}: ${what}`);
}

function reasonOf({ kind, reason, status, unasked }: Failure): string {
  if (unasked === true) return `denied (${UNASKED_WORDS})`;
  if (kind === "denied") return reason === undefined ? "denied" : `denied (${reason})`;
  const why = [reason, status].filter((part) => part !== undefined && part !== "unknown").join(" ");
  return kind === "tool" ? "" : why || "unknown cause";
}

function promptOf({ turn }: Failure): string | undefined {
  if (turn === undefined) return undefined;
  return turn.prompt === undefined ? `turn ${turn.index}` : `turn ${turn.index}: ${turn.prompt}`;
}

function requestOf({ kind, request }: Failure): string | undefined {
  if (request === undefined || kind === "api") return undefined;
  return request.said === undefined ? request.model : `${request.model}: ${request.said}`;
}

const ENDS: Partial<Record<ToldCall["outcome"], string>> = {
  ok: "worked",
  error: "failed, too",
  unfinished: "still runs",
};

function tellCall({ tool, about, outcome }: ToldCall): string {
  return `${[tool, about].filter(Boolean).join(" ")} (${ENDS[outcome] ?? outcome})`;
}

/** Whether a later attempt worked, as text. */
function resultOf({ worked, tries, workedAfterMs, fix, about }: Failure): string {
  if (worked === undefined) return "not tried again";
  if (!worked) return `tried again ${times(tries)}, never worked`;
  const after = workedAfterMs === undefined ? "" : `, ${duration(workedAfterMs)} later`;
  const as = fix?.about === undefined || fix.about === about ? "" : `: ${[fix.tool, fix.about].join(" ")}`;
  return `worked at ${tries === 1 ? "the next attempt" : `attempt ${tries + 1}`}${after}${as}`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

/** Draws groups as a table. The most frequent message of a group is below its row. */
export function drawFailureGroups(
  groups: readonly FailureGroup[],
  by: Grouping,
  nameOf: (ms: number) => string,
  style: Style,
): string {
  const columns: Column[] = [
    { head: by.toUpperCase(), align: "left", rank: 0 },
    { head: "FAILED", align: "right", rank: 0 },
    { head: "DENIED", align: "right", rank: 1 },
    { head: "OF", align: "right", rank: 1 },
    { head: "SESSIONS", align: "right", rank: 1 },
    { head: "WORKED LATER", align: "right", rank: 2 },
    { head: "NEVER", align: "right", rank: 3 },
    { head: "NOT AGAIN", align: "right", rank: 4 },
    { head: "LAST", align: "left", rank: 5 },
  ];
  const number = (value: number | undefined) => (value === undefined || value === 0 ? "" : grouped(value));
  const rows = groups.map((group) => [
    printable(group.name),
    number(group.failed),
    number(group.denied),
    number(group.calls),
    number(group.sessions),
    number(group.worked),
    number(group.neverWorked),
    number(group.notTriedAgain),
    nameOf(group.lastMs),
  ]);
  const available = Math.min(style.columns, MAX_COLUMNS);
  const [head = "", ...lines] = drawColumns(columns, rows, available);
  const body = lines.flatMap((line, index) => {
    const error = groups[index]?.error;
    if (error === undefined) return [line];
    return [line, style.paint("dim", shorten(`  ${printable(error)}`, available))];
  });
  return `${[style.paint("dim", head), ...body].join("\n")}\n`;
}
