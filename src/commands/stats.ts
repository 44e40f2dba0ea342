import { type Input, type Run, textFlag } from "../cli/command.ts";
import type { Io } from "../cli/io.ts";
import { readingConfig } from "../cli/load-config.ts";
import { write } from "../cli/output.ts";
import { styleOf } from "../cli/paint.ts";
import { searchOf } from "../cli/session-arguments.ts";
import { loadConfig } from "../config/load.ts";
import { nearest } from "../config/text/nearest.ts";
import { UserError } from "../config/user-error.ts";
import { findAllSessions, findSessions } from "../files/find-sessions.ts";
import { textBody, webhookKind } from "../notices/webhook.ts";
import { hostOf } from "../notify/receiver.ts";
import { toJson } from "../printable.ts";
import { drawBlocks, drawStats } from "../report/stats.ts";
import { blocksJson, statsJson } from "../report/stats-json.ts";
import { webhookAddress } from "../setup/notices.ts";
import { blocksOf } from "../stats/blocks.ts";
import { DIMENSIONS, type Dimension } from "../stats/dimensions.ts";
import { type Calendar, periodNamer, zoneOf } from "../stats/periods.ts";
import { type StatsRequest, statsOf } from "../stats/stats.ts";
import { summariesOf } from "./reading/history.ts";
import { momentFlag } from "./when-arguments.ts";

/** `ccotel stats`: totals over the whole history, grouped by what the flags name. */
export const run: Run = async (input, io) => {
  const config = readingConfig(input, io);
  const search = searchOf(io);
  const sessions = input.targets.length > 0 ? findSessions(input.targets, search) : findAllSessions(search);
  const { isByBlock, request } = requestOf(input, io);
  const stats = statsOf(summariesOf(sessions, config, io), request);
  const isJson = input.flags.json === true;
  if (isByBlock) {
    const blocks = blocksOf(stats.chosen, io.now());
    const name = periodNamer("hour", request.calendar);
    await write(
      io.stdout,
      isJson
        ? toJson(blocksJson(blocks, { timeZone: zoneOf(request.calendar) }))
        : drawBlocks(blocks, name, styleOf(io)),
    );
    return 0;
  }
  const range = {
    ...(request.sinceMs === undefined ? {} : { since: request.sinceMs }),
    ...(request.untilMs === undefined ? {} : { until: request.untilMs }),
  };
  const webhook = textFlag(input, "webhook");
  if (webhook !== undefined)
    return postStats(webhook, stats, { ...range, timeZone: zoneOf(request.calendar) }, io);
  if (isJson)
    await write(io.stdout, toJson(statsJson(stats, { ...range, timeZone: zoneOf(request.calendar) })));
  else if (stats.total.sessions === 0) await write(io.stderr, "No session has anything in that time.\n");
  else await write(io.stdout, drawStats(stats, styleOf(io)));
  return 0;
};

/**
 * `--webhook URL`: posts the table for people and the numbers for programs. Returns 1 if the receiver did not accept
 * them.
 */
async function postStats(
  webhook: string,
  stats: ReturnType<typeof statsOf>,
  range: Parameters<typeof statsJson>[1],
  io: Io,
): Promise<number> {
  const url = webhookAddress("webhook", webhook, io);
  const text =
    stats.total.sessions === 0
      ? "No Claude Code session in that time."
      : drawStats(stats, styleOf({ colors: false, columns: 80 }));
  const body = textBody(webhookKind(url), text, { event: "stats", stats: statsJson(stats, range) });
  const { config } = loadConfig({ env: io.env, homeDir: io.homeDir });
  // Loads `node:http`, which no table needs.
  const { postJson } = await import("../notify/post.ts");
  const posted = await postJson(url, body, { proxy: config.proxy });
  if (posted.isAccepted) {
    await write(io.stdout, `Sent to ${hostOf(url)}.\n`);
    return 0;
  }
  await write(io.stderr, `${hostOf(url)} did not accept the summary: ${posted.message}.\n`);
  return 1;
}

function requestOf(input: Input, io: Io): { isByBlock: boolean; request: StatsRequest } {
  const calendar = calendarOf(input);
  const words = (textFlag(input, "by") ?? "day").split(",").map((word) => word.trim().toLowerCase());
  const isByBlock = words.includes("block");
  if (isByBlock && words.length > 1)
    throw new UserError("--by block stands alone: windows of five hours have no parts.");
  const by = isByBlock ? [] : words.map(dimensionOf);
  if (input.flags.breakdown === true && !by.includes("model")) by.push("model");
  const request: StatsRequest = { by, calendar };
  const sinceMs = momentFlag(input, io, "since", calendar);
  const untilMs = momentFlag(input, io, "until", calendar);
  if (sinceMs !== undefined) request.sinceMs = sinceMs;
  if (untilMs !== undefined) request.untilMs = untilMs;
  const [project, model] = [textFlag(input, "project"), textFlag(input, "model")];
  if (project !== undefined) request.project = project;
  if (model !== undefined) request.model = model;
  return { isByBlock, request };
}

function dimensionOf(word: string): Dimension {
  const found = DIMENSIONS.find((dimension) => dimension === word);
  if (found !== undefined) return found;
  const meant = nearest(word, [...DIMENSIONS, "block"]);
  throw new UserError(`--by has no "${word}".`, {
    hint: `${meant === undefined ? "" : `Did you mean ${meant}? `}It takes ${DIMENSIONS.join(", ")}, or block alone.`,
  });
}

const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

function calendarOf(input: Input): Calendar {
  const wanted = textFlag(input, "timezone");
  if (wanted !== undefined) checkTimeZone(wanted);
  const text = textFlag(input, "start-of-week")?.toLowerCase() ?? "monday";
  const day = DAYS.findIndex((name) => name.startsWith(text) && text.length >= 2);
  if (day === -1) throw new UserError(`--start-of-week is "${text}", but must be a day such as monday.`);
  const weekStartsOn = day as Calendar["weekStartsOn"];
  return wanted === undefined ? { weekStartsOn } : { timeZone: wanted, weekStartsOn };
}

function checkTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
  } catch {
    throw new UserError(`--timezone is "${timeZone}", which is no known time zone.`, {
      hint: "Use a name such as Europe/Berlin, America/New_York or UTC.",
    });
  }
}
