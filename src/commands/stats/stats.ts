import { type Input, type Run, textFlag } from "../../cli/command.ts";
import type { Io } from "../../cli/io.ts";
import { readingConfig } from "../../cli/load-config.ts";
import { write } from "../../cli/output.ts";
import { styleOf } from "../../cli/paint.ts";
import type { Config } from "../../config/load.ts";
import { NothingThere } from "../../config/user-error.ts";
import { toJson } from "../../printable.ts";
import { blocksJson, statsJson } from "../../report/json/stats.ts";
import { drawBlocks, drawStats } from "../../report/stats.ts";
import type { Row } from "../../session/sums/rows.ts";
import { blocksOf, type HourRow, hoursOf } from "../../stats/blocks.ts";
import { isPeriod } from "../../stats/dimensions.ts";
import { offsetsBetween, periodNamer, zoneOf } from "../../stats/periods.ts";
import {
  chosenRows,
  createAdder,
  mergeSums,
  type SessionSummary,
  type Stats,
  type StatsRequest,
  type Sums,
} from "../../stats/stats.ts";
import { lookUpChosen } from "../reading/kept-extents.ts";
import { type Collector, resultsOfParts } from "../reading/kept-parts.ts";
import { limitsGiven } from "../when-arguments.ts";
import { requestOf } from "./request.ts";
import type { StatsResult } from "./result.ts";

/** `ccotel stats`: totals over the whole history, grouped by what the flags name. */
export const run: Run = async (input, io) => {
  const config = readingConfig(input, io);
  const { isByBlock, request } = requestOf(input, io);
  const isJson = input.flags.json === true;
  const webhook = textFlag(input, "webhook");
  const post =
    webhook === undefined ? undefined : (await import("./stats-webhook.ts")).statsPoster(webhook, input, io);
  // For programs, a history without sessions has sums, too.
  const onNone = noneIf(isJson || post !== undefined);
  const result = isByBlock
    ? blocksResult(await blockRows(input, request, config, io).catch(onNone), request, io)
    : sumsResult(await sumsOf(input, request, config, io).catch(onNone), request);
  if (post !== undefined) return post(result);
  if (isJson) await write(io.stdout, toJson(result.json()));
  else if (result.isEmpty) await write(io.stderr, nothingFor(input));
  else await write(io.stdout, result.draw(styleOf(io)));
  return 0;
};

function blocksResult(rows: readonly HourRow[], { calendar }: StatsRequest, io: Io): StatsResult {
  const blocks = blocksOf(rows, io.now());
  return {
    isEmpty: blocks.length === 0,
    json: () => blocksJson(blocks, { timeZone: zoneOf(calendar) }),
    draw: (style) => drawBlocks(blocks, periodNamer("minute", calendar), style),
  };
}

function sumsResult(sums: readonly Sums[], request: StatsRequest): StatsResult {
  const stats = mergeSums(sums, request);
  return {
    isEmpty: stats.total.sessions === 0,
    json: () => jsonOf(stats, request),
    draw: (style) => drawStats(stats, style),
  };
}

/** Returns a handler that gives an empty list if there are no sessions and `isWanted`, and throws every other error. */
function noneIf(isWanted: boolean): (error: unknown) => never[] {
  return (error) => {
    if (isWanted && error instanceof NothingThere) return [];
    throw error;
  };
}

/** The sums of the sessions that the user named. Of the whole history, those of each project are kept. */
async function sumsOf(input: Input, request: StatsRequest, config: Config, io: Io): Promise<Sums[]> {
  if (input.targets.length === 0 && isKept(request)) {
    const kept = await resultsOfParts<Sums>(
      {
        name: ["stats", ...request.by].join("-"),
        key: JSON.stringify([SUMS_SHAPE, request.by, calendarKey(request, io.now())]),
        collect() {
          const { add, sums } = createAdder(request);
          return { add, result: sums };
        },
        mayKeep: ({ firstMs = KEPT_SINCE_MS }) => firstMs >= KEPT_SINCE_MS,
      },
      config,
      io,
    );
    if (kept !== undefined) return kept.results;
  }
  const adder = createAdder(request);
  await eachSession(input, request, { config, io, onSession: adder.add });
  return [adder.sums()];
}

/** Looks up the sessions that the user named, or all of which the request may count something. */
async function eachSession(
  input: Input,
  request: StatsRequest,
  look: { config: Config; io: Io; onSession: (one: SessionSummary) => void },
): Promise<void> {
  const { config, io, onSession } = look;
  if (input.targets.length === 0 && !isAll(request) && (await lookUpChosen(request, look))) return;
  const { sessionsOf, summariesOf } = await import("../reading/history.ts");
  for await (const one of summariesOf(sessionsOf(input, io), config, io)) onSession(one);
}

/** The rows with requests, for windows of five hours. Of the whole history, the sums of hours are kept. */
async function blockRows(input: Input, request: StatsRequest, config: Config, io: Io): Promise<HourRow[]> {
  if (input.targets.length === 0 && isAll(request)) {
    const kept = await resultsOfParts<HourRow[]>(
      { name: "stats-hours", key: "1", collect: collectHours },
      config,
      io,
    );
    if (kept !== undefined) return kept.results.flat();
  }
  const rows: Row[] = [];
  await eachSession(input, request, {
    config,
    io,
    onSession: ({ summary }) => void rows.push(...chosenRows(summary, request)),
  });
  return hoursOf(rows);
}

function collectHours(): Collector<HourRow[]> {
  const rows: Row[] = [];
  return {
    add: ({ summary }) => void rows.push(...summary.rows),
    result: () => hoursOf(rows),
  };
}

/** Version of the sums that are kept. Those of another version are not used. */
const SUMS_SHAPE = 1;

/** Claude Code is younger. `calendarKey` covers the time since then. */
const KEPT_SINCE_MS = Date.UTC(2024, 0, 1);

/** Sums are kept of what people ask for again and again: all of the history, in not too many groups. */
function isKept(request: StatsRequest): boolean {
  return isAll(request) && !request.by.includes("hour");
}

function isAll({ sinceMs, untilMs, project, model }: StatsRequest): boolean {
  return [sinceMs, untilMs, project, model].every((limit) => limit === undefined);
}

/** A text that is the same as long as every moment of the kept sums is in the same day, week and month. */
function calendarKey({ by, calendar }: StatsRequest, nowMs: number): string {
  return by.some(isPeriod)
    ? `${calendar.weekStartsOn} ${offsetsBetween(KEPT_SINCE_MS, nowMs, calendar)}`
    : "";
}

function nothingFor(input: Input): string {
  const limits = limitsGiven(input);
  return limits === undefined
    ? "The sessions have no turns or requests yet.\n"
    : `Nothing matches ${limits}.\n`;
}

function jsonOf(stats: Stats, { calendar, sinceMs, untilMs }: StatsRequest): ReturnType<typeof statsJson> {
  return statsJson(stats, {
    timeZone: zoneOf(calendar),
    ...(sinceMs === undefined ? {} : { since: sinceMs }),
    ...(untilMs === undefined ? {} : { until: untilMs }),
  });
}
