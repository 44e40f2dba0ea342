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
import { blocksOf, createHourAdder, type HourSums, mergeHours } from "../../stats/blocks.ts";
import { isPeriod } from "../../stats/dimensions.ts";
import { offsetsBetween, periodNamer, zoneOf } from "../../stats/periods.ts";
import {
  chosenRows,
  createAdder,
  mergeSums,
  type SessionSummary,
  type StatsRequest,
  type Sums,
} from "../../stats/stats.ts";
import { lookUpChosen } from "../reading/kept-extents.ts";
import { resultsOfParts } from "../reading/kept-parts.ts";
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
    ? blocksResult(await hourSums(input, request, config, io).catch(onNone), request, io)
    : sumsResult(await sumsOf(input, request, config, io).catch(onNone), request);
  if (post !== undefined) return post(result);
  if (isJson) await write(io.stdout, toJson(result.json()));
  else if (result.isEmpty) await write(io.stderr, nothingFor(input));
  else await write(io.stdout, result.draw(styleOf(io)));
  return 0;
};

function blocksResult(sums: readonly HourSums[], request: StatsRequest, io: Io): StatsResult {
  const { hours, ...hidden } = mergeHours(sums);
  const windows = { blocks: blocksOf(hours, io.now()), ...hidden };
  return {
    isEmpty: windows.blocks.length === 0,
    json: () => blocksJson(windows, askedOf(request)),
    draw: (style) => drawBlocks(windows, periodNamer("minute", request.calendar), style),
  };
}

function sumsResult(sums: readonly Sums[], request: StatsRequest): StatsResult {
  const stats = mergeSums(sums, request);
  return {
    isEmpty: stats.total.sessions === 0,
    json: () => statsJson(stats, askedOf(request)),
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

/** The sums for windows of five hours. Of the whole history, those of each project are kept. */
async function hourSums(input: Input, request: StatsRequest, config: Config, io: Io): Promise<HourSums[]> {
  if (input.targets.length === 0 && isAll(request)) {
    const kept = await resultsOfParts<HourSums>(
      {
        name: "stats-hours",
        key: "2",
        collect() {
          const { add, sums } = createHourAdder(({ rows }) => rows);
          return { add, result: sums };
        },
      },
      config,
      io,
    );
    if (kept !== undefined) return kept.results;
  }
  const adder = createHourAdder((summary) => chosenRows(summary, request));
  await eachSession(input, request, { config, io, onSession: adder.add });
  return [adder.sums()];
}

/** Version of the sums that are kept. Those of another version are not used. */
const SUMS_SHAPE = 4;

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

/** What the JSON says of the request. */
function askedOf({ calendar, sinceMs, untilMs, model }: StatsRequest): Parameters<typeof statsJson>[1] {
  return {
    timeZone: zoneOf(calendar),
    ...(sinceMs === undefined ? {} : { since: sinceMs }),
    ...(untilMs === undefined ? {} : { until: untilMs }),
    ...(model === undefined ? {} : { model }),
  };
}
