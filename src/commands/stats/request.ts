import { resolve } from "node:path";
import { type Input, textFlag } from "../../cli/command.ts";
import type { Io } from "../../cli/io.ts";
import { nearest } from "../../config/text/nearest.ts";
import { UserError } from "../../config/user-error.ts";
import { tryStat } from "../../disk/stat.ts";
import { SLOT_MS } from "../../session/sums/rows.ts";
import { DIMENSIONS, type Dimension } from "../../stats/dimensions.ts";
import type { Calendar } from "../../stats/periods.ts";
import type { StatsRequest } from "../../stats/stats.ts";
import { IN_CCUSAGE } from "../in-ccusage.ts";
import { rangeFlags } from "../when-arguments.ts";

/**
 * Returns what the arguments and flags of `ccotel stats` ask for. Throws a `UserError` for a flag that it cannot read.
 * `isByBlock`: by windows of five hours.
 */
export function requestOf(input: Input, io: Io): { isByBlock: boolean; request: StatsRequest } {
  for (const target of input.targets) {
    const meant = IN_CCUSAGE.get(target);
    if (meant !== undefined && tryStat(resolve(io.cwd, target)) === undefined)
      throw new UserError(`ccotel stats has no report ${target}.`, { hint: `Did you mean ccotel ${meant}?` });
  }
  const calendar = calendarOf(input);
  const words = (textFlag(input, "by") ?? "day").split(",").map((word) => word.trim().toLowerCase());
  const isByBlock = words.includes("block");
  if (isByBlock && words.length > 1)
    throw new UserError("--by block stands alone: windows of five hours have no parts.");
  if (isByBlock && input.flags.breakdown === true)
    throw new UserError("--breakdown is not for --by block: windows of five hours have no parts.");
  const by = isByBlock ? [] : [...new Set(words.map(dimensionOf))];
  if (input.flags.breakdown === true && !by.includes("model")) by.push("model");
  checkTools(by, input);
  const request: StatsRequest = { by, calendar, ...inSlots(rangeFlags(input, io, calendar)) };
  const [project, model] = [textFlag(input, "project"), textFlag(input, "model")];
  if (project !== undefined) request.project = project;
  if (model !== undefined) request.model = model;
  return { isByBlock, request };
}

/**
 * Widens a time to whole slots, of which the sums are: what is left out of the first one would be missing from
 * `--since 10m`.
 */
function inSlots({ sinceMs, untilMs }: ReturnType<typeof rangeFlags>): ReturnType<typeof rangeFlags> {
  return {
    ...(sinceMs === undefined ? {} : { sinceMs: Math.floor(sinceMs / SLOT_MS) * SLOT_MS }),
    ...(untilMs === undefined ? {} : { untilMs: Math.ceil(untilMs / SLOT_MS) * SLOT_MS }),
  };
}

/** Throws for what tool calls do not have: the table would be empty. */
function checkTools(by: readonly Dimension[], input: Input): void {
  if (!by.includes("tool")) return;
  const part = by.find((dimension) => dimension === "model" || dimension === "skill");
  if (part !== undefined)
    throw new UserError(`--by tool cannot be divided by ${part}: a tool call has no ${part}.`);
  if (input.flags.model !== undefined)
    throw new UserError("--model is not for --by tool: a tool call has no model.");
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
