import type { Io } from "../../cli/io.ts";
import { styleOf } from "../../cli/paint.ts";
import type { readiness } from "../../config/load.ts";
import type { SettingRow } from "../../config/show.ts";
import type { DestinationFact } from "../../doctor/facts/destination-facts.ts";
import type { DeliveryFact, Facts } from "../../doctor/facts/facts.ts";
import type {
  deniedByUs,
  InstalledForm,
  nativeSignals,
  statusLinesOfUs,
} from "../../doctor/facts/installed-facts.ts";
import type { SessionStatus } from "../../doctor/facts/session-facts.ts";
import { limitsInWords } from "../../notices/words.ts";
import { printable } from "../../printable.ts";
import { type Column, drawColumns } from "../../report/text/columns.ts";
import { padEnd, width } from "../../report/text/width.ts";
import { wrap, wrapBehind } from "../../report/text/wrap.ts";
import { grouped, lasting, plural, sized } from "../../units.ts";

/** Everything that `status` shows. `--json` prints it in this form. */
export interface Status {
  readonly version: string;
  readonly node: string;
  readonly client: string | undefined;
  readonly home: string;
  readonly settingsPath: string;
  readonly installed: readonly InstalledForm[];
  /** The version of the installed programs that the hooks run. */
  readonly programs: string | undefined;
  readonly preset: string | undefined;
  /** Destinations that `configure --also` has added. */
  readonly further: Facts["further"];
  readonly readiness: ReturnType<typeof readiness>;
  readonly settings: readonly SettingRow[];
  readonly problems: readonly string[];
  /** Deny rules of Claude Code that `configure --deny` wrote. */
  readonly denied: ReturnType<typeof deniedByUs>;
  /** Settings files to which `configure --statusline` wrote. */
  readonly statusLines: ReturnType<typeof statusLinesOfUs>;
  readonly native: ReturnType<typeof nativeSignals>;
  readonly backlog: {
    readonly sessions: number;
    readonly turns: number;
    readonly bytes: number;
    readonly sinceMs: number | undefined;
    /** Hook events that wait for a worker. */
    readonly events: number;
  };
  readonly lastSuccessMs: number | undefined;
  readonly lastFailure: { readonly atMs: number; readonly message: string } | undefined;
  /** Current errors, by destination and signal. */
  readonly troubles: DeliveryFact["troubles"];
  readonly fault: DeliveryFact["fault"];
  readonly destinations: readonly DestinationFact[];
  readonly expiring: DeliveryFact["expiring"];
  readonly notices: Facts["notices"];
  readonly rejectedSpans: number;
  readonly unpricedModels: readonly string[];
  /** How many sessions there are. `sessions` holds only the latest. */
  readonly sessionCount: number;
  readonly sessions: readonly Omit<SessionStatus, "hasNoTranscript">[];
}

/** Draws the status as text. `all`: include settings that have their default. */
export function drawStatus(status: Status, io: Io, all: boolean): string {
  const { paint, columns } = styleOf(io);
  const nowMs = io.now();
  const ago = (ms: number) => `${lasting(nowMs - ms)} ago`;
  const section = (title: string, lines: readonly string[]) => ["", paint("bold", title), ...lines];
  return `${[
    `ccotel ${status.version}, Claude Code ${status.client ?? "not found"}, Node ${status.node.slice(1)}`,
    ...section("Installed", indented(installedLines(status), columns)),
    ...section("Settings", settingLines(status, all, styleOf(io))),
    ...indented(status.problems, columns),
    ...section("Claude Code's own telemetry", indented(nativeLines(status), columns)),
    ...section("Deliveries", indented(deliveryLines(status, ago), columns)),
    ...(status.notices === undefined
      ? []
      : section("Alerts and pings", indented(noticeLines(status.notices), columns))),
    ...(status.sessions.length > 0 ? section("Sessions", sessionLines(status, columns, ago)) : []),
    "",
    nextStep(status),
  ].join("\n")}\n`;
}

function installedLines({
  installed,
  programs,
  home,
  preset,
  further,
  denied,
  statusLines,
}: Status): string[] {
  if (installed.length === 0)
    return ["Not installed: your settings have no ccotel hooks, and the plugin is missing."];
  const forms = installed.map((form) =>
    form.form === "settings"
      ? `Hook entries for ${form.events.join(", ")} in ${form.path}, which run ${form.script}`
      : `Plugin ${form.id}${form.enabled ? "" : ", disabled"}`,
  );
  return [
    ...forms,
    ...(programs === undefined ? [] : [`Programs of ccotel ${programs} in ${home}`]),
    ...(preset === undefined ? [] : [`Preset ${preset}`]),
    ...further.map((also) => `Also sends to ${also.endpoint ?? "no endpoint"} (${also.preset})`),
    ...statusLines.map(({ path, isInPlace }) =>
      isInPlace
        ? `Status line through ccotel in ${path}`
        : `Status line in ${path}: another one replaced ccotel's`,
    ),
    ...denied.map(({ path, groups, rules, missing }) => {
      const gone = missing.length === 0 ? "" : `; ${missing.length} of them are no longer there`;
      return `Deny rules for ${groups.join(" and ")} in ${path}: ${rules.length}${gone}`;
    }),
  ];
}

function settingLines(
  { settings }: Status,
  all: boolean,
  { paint, columns }: ReturnType<typeof styleOf>,
): string[] {
  // Settings that the user chose come first: they matter most.
  const chosen = settings.filter(({ source }) => source !== "default");
  const usual = settings.filter(({ source }) => source === "default");
  const shown = [...chosen, ...(all ? usual : [])];
  const rows = shown.map(({ name, value, source }) => [name, value, placeOf(name, source)] as const);
  const lines = settingRows(rows, columns).flatMap((row, index) =>
    row.map((line) => (index < chosen.length ? line : paint("dim", line))),
  );
  if (all || usual.length === 0) return lines;
  const others = plural(usual.length, chosen.length === 0 ? "setting" : "other setting");
  const have = usual.length === 1 ? "has its default" : "have their defaults";
  return [...lines, paint("dim", `  ${others} ${have}; --all shows them.`)];
}

/** Aligns name, value and source of each setting. What does not fit into the terminal goes on below its value. */
function settingRows(
  rows: readonly (readonly [name: string, value: string, source: string])[],
  columns: number,
) {
  const widest = (texts: readonly string[]) => Math.max(0, ...texts.map(width));
  const names = widest(rows.map(([name]) => name));
  const room = columns - names - 4;
  const fitting = rows.filter(([, ...rest]) => width(rest.map(printable).join("  ")) <= room);
  const values = widest(fitting.map(([, value]) => printable(value)));
  return rows.map(([name, value, source]) => {
    const head = `  ${padEnd(name, names)}  `;
    const line = `${head}${padEnd(printable(value), values)}  ${printable(source)}`;
    return width(line) <= columns && width(printable(value)) <= values
      ? [line]
      : wrapBehind(head, `${printable(value)} (${printable(source)})`, columns);
  });
}

/** Shortens `CCOTEL_ENDPOINT (settings.json)` after a row of that name to the place. */
function placeOf(name: string, source: string): string {
  const [, place] = /^\w+ \(([^()]*)\)$/.exec(source) ?? [];
  return place !== undefined && source.startsWith(`${name} `) ? place : source;
}

function nativeLines({ native }: Status): string[] {
  if (native.length === 0) return ["Off."];
  return native.map(
    ({ signal, exporter, endpoint }) =>
      `${signal}: ${exporter}${endpoint === undefined ? "" : ` to ${endpoint}`}`,
  );
}

function deliveryLines(status: Status, ago: (ms: number) => string): string[] {
  const { backlog, lastSuccessMs, troubles, fault, rejectedSpans, unpricedModels } = status;
  const waits =
    backlog.sessions === 0
      ? "Nothing waits."
      : `${plural(backlog.turns, "turn")} in ${plural(backlog.sessions, "session")} (${sized(backlog.bytes)}) to be sent, the oldest since ${backlog.sinceMs === undefined ? "now" : ago(backlog.sinceMs)}.`;
  return [
    lastSuccessMs === undefined ? "Nothing was delivered yet." : `Last delivery: ${ago(lastSuccessMs)}.`,
    ...troubles.map(({ signal, atMs, message }) => `${signal} failed ${ago(atMs)}: ${message}`),
    ...(fault === undefined ? [] : [`The worker could not send ${ago(fault.atMs)}: ${fault.message}`]),
    backlog.sessions === 0 ? waits : `Waiting: ${waits}`,
    ...(backlog.events === 0
      ? []
      : [`${plural(backlog.events, "event")} of hooks wait for the next worker.`]),
    ...(status.expiring === undefined ? [] : [expiringLine(status.expiring, ago)]),
    `Rejected spans: ${rejectedSpans}.`,
    `Models without a known price: ${unpricedModels.join(", ") || "none"}.`,
  ];
}

function expiringLine(
  { undelivered, neverSent, firstGoneMs, days }: NonNullable<Status["expiring"]>,
  ago: (ms: number) => string,
): string {
  const sessions = plural(undelivered + neverSent, "session");
  return `About to be lost: Claude Code deletes ${sessions} that ${undelivered + neverSent === 1 ? "is" : "are"} not delivered, ${plural(days, "day")} after the last change of each (first changed ${ago(firstGoneMs - days * 86_400_000)}). ccotel export --all sends what is left.`;
}

function noticeLines(notices: NonNullable<Status["notices"]>): string[] {
  const { alertsTo, ping, waiting, dropped, troubles } = notices;
  const limits = limitsInWords(notices);
  return [
    ...(limits === undefined ? [] : [`Alerts about ${limits} go to ${alertsTo.join(", ")}.`]),
    ...(ping === undefined ? [] : [`Pings about ${ping.events.join(", ")} go to ${ping.to}.`]),
    ...(waiting === 0 ? [] : [`Waiting: ${plural(waiting, "notice")}.`]),
    ...(dropped === 0 ? [] : [`Dropped: ${plural(dropped, "notice")} that no receiver accepted in time.`]),
    ...troubles.map(({ host, message }) => `${host} did not accept the last one: ${message}`),
  ];
}

const SESSION_COLUMNS: readonly Column[] = [
  { head: "SESSION", align: "left", rank: 0, isWhole: true },
  { head: "PROJECT", align: "left", rank: 1, enough: 12 },
  { head: "SEEN", align: "left", rank: 2 },
  { head: "LAST DELIVERY", align: "left", rank: 0 },
  { head: "WAITING", align: "left", rank: 0, isWhole: true },
];

/** Returns one row a session. With several destinations, each has a row below its session. */
function sessionLines(
  { sessions, sessionCount, destinations }: Status,
  columns: number,
  ago: (ms: number) => string,
): string[] {
  const endpoints = new Map(destinations.map(({ key, endpoint }) => [key, endpoint]));
  const told = ({ lastDelivery, pending }: Pick<SessionStatus, "lastDelivery" | "pending">) => [
    lastDelivery === undefined ? "nothing sent" : answerOf(lastDelivery, ago),
    pending.sinceMs === undefined ? "" : plural(pending.turns, "turn"),
  ];
  const rows = sessions.flatMap((session) => {
    const { sessionId, project, seenMs, deliveries } = session;
    const head = [sessionId, project ?? "-", ago(seenMs)];
    if (destinations.length < 2) return [[...head, ...told(session)]];
    const each = deliveries.map((one) => [
      `  to ${endpoints.get(one.destination) ?? one.destination}`,
      "",
      "",
      ...told(one),
    ]);
    return [[...head, "", ""], ...each];
  });
  const isUsed = (index: number) => rows.some((row) => row[index] !== "");
  const used = [...SESSION_COLUMNS.keys()].filter(isUsed);
  const lines = drawColumns(
    used.flatMap((index) => SESSION_COLUMNS[index] ?? []),
    rows.map((row) => used.map((index) => printable(row[index] ?? ""))),
    columns - 2,
  );
  const left = sessionCount - sessions.length;
  return [...lines, ...(left > 0 ? [`and ${grouped(left)} more`] : [])].map((line) => `  ${line}`);
}

function answerOf(
  { atMs, spans, rejected }: NonNullable<SessionStatus["lastDelivery"]>,
  ago: (ms: number) => string,
): string {
  const refused = rejected > 0 ? `, ${rejected} rejected` : "";
  return `${plural(spans, "span")}${refused}, ${ago(atMs)}`;
}

function nextStep({ installed, readiness, notices, troubles, fault, backlog }: Status): string {
  if (installed.length === 0) return "ccotel configure sets it up.";
  if (readiness === "unconfigured")
    return notices === undefined
      ? "ccotel configure sets it up."
      : "No backend is set up: ccotel configure can add one.";
  if (troubles.length > 0 || fault !== undefined || readiness !== "ready")
    return "ccotel doctor says what is wrong and what to do.";
  return backlog.sessions > 0
    ? "ccotel export --all sends what waits now; the next turn does so, too."
    : "ccotel doctor sends a test and looks for faults.";
}

function indented(lines: readonly string[], columns: number): string[] {
  return lines.flatMap((line) => wrap(line, Math.max(columns, 60) - 2).map((part) => `  ${part}`));
}
