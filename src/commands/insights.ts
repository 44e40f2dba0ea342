import { type Input, type Run, textFlag } from "../cli/command.ts";
import type { Io } from "../cli/io.ts";
import { readingConfig } from "../cli/load-config.ts";
import { write, writeEach } from "../cli/output.ts";
import { styleOf } from "../cli/paint.ts";
import type { Config } from "../config/load.ts";
import type { Insight, SessionRef } from "../insights/insight.ts";
import { createInsights } from "../insights/insights.ts";
import { hashesIn, type StoryNote, withTexts } from "../insights/note.ts";
import { printable, toJson } from "../printable.ts";
import { drawInsights, drawnOf } from "../report/insights.ts";
import { insightJson } from "../report/json/insights.ts";
import type { Counts } from "../session/amounts.ts";
import { countsOf } from "../session/sums/rows.ts";
import { periodNamer } from "../stats/periods.ts";
import { type LookedUp, sessionsOf, summariesOf } from "./reading/history.ts";
import { lookUpChosen } from "./reading/kept-extents.ts";
import { openStoryNotes } from "./reading/story-notes.ts";
import { projectFlag, rangeFlags, systemCalendar } from "./when-arguments.ts";

const DEFAULT_DAYS = 30;
const DAY_MS = 86_400_000;

/** `ccotel insights`: what wastes money, or points at a CLAUDE.md that is out of date. */
export const run: Run = async (input, io) => {
  const config = readingConfig(input, io);
  const isNamed = input.targets.length > 0;
  const { untilMs, ...from } = rangeFlags(input, io);
  const sinceMs = from.sinceMs ?? (isNamed ? undefined : (untilMs ?? io.now()) - DEFAULT_DAYS * DAY_MS);
  const isOfProject = projectFlag(input);
  const notes = openStoryNotes(config, io);
  const seen: { session: SessionRef; costUsd: number; note: StoryNote | undefined }[] = [];
  await eachSession(input, sinceMs, config, io, (one) => {
    const { firstMs: startMs, lastMs, rows, place } = one.summary;
    const { project } = place;
    if (startMs === undefined || lastMs === undefined || !isOfProject(project)) return;
    if (lastMs < (sinceMs ?? lastMs) || startMs >= (untilMs ?? Number.POSITIVE_INFINITY)) return;
    const counts = countsOf(rows);
    const session = {
      sessionId: one.sessionId,
      startMs,
      ...(project === undefined ? {} : { project }),
    };
    const note = isWorthOpening(counts) ? notes.of(one) : undefined;
    seen.push({ session, costUsd: counts.costUsd, note });
  });
  const insights = createInsights();
  // What is known is looked up in another order than what is new.
  for (const { session, costUsd, note } of seen.sort((a, b) => compare(a.session, b.session))) {
    insights.addCost({ ...session, costUsd });
    if (note !== undefined) insights.addNote(session, note);
  }
  const isJson = input.flags.json === true;
  const found = insights.all();
  const texts = notes.texts((isJson ? found : drawnOf(found)).flatMap(hashesIn));
  notes.save();
  const all = found.map((insight): Insight => withTexts(insight, texts));
  if (isJson) {
    await writeEach(
      io.stdout,
      all.map((insight) => toJson(insightJson(insight))),
    );
    return 0;
  }
  const project = textFlag(input, "project");
  const nameOf = periodNamer("day", systemCalendar());
  const period = [
    ...(sinceMs === undefined ? [] : [`since ${nameOf(sinceMs)}`]),
    ...(untilMs === undefined ? [] : [`until ${nameOf(untilMs - 1)}`]),
  ].join(" ");
  const about = {
    sessions: seen.length,
    ...(period === "" ? {} : { period }),
    ...(project === undefined ? {} : { project: printable(project) }),
  };
  await write(io.stdout, drawInsights(all, about, styleOf(io)));
  return 0;
};

function compare(a: SessionRef, b: SessionRef): number {
  return a.startMs - b.startMs || (a.sessionId < b.sessionId ? -1 : 1);
}

/** Looks up the sessions that the user named, or at least all that went on after `sinceMs`. */
async function eachSession(
  input: Input,
  sinceMs: number | undefined,
  config: Config,
  io: Io,
  onSession: (one: LookedUp) => void,
): Promise<void> {
  const { targets } = input;
  const limits = sinceMs === undefined ? {} : { sinceMs };
  if (targets.length === 0 && (await lookUpChosen(limits, { config, io, onSession }))) return;
  for await (const one of summariesOf(sessionsOf(input, io), config, io)) onSession(one);
}

/** No rule finds anything in a session with less than this. */
function isWorthOpening({ requests, toolCalls, compactions }: Counts): boolean {
  return requests >= 3 || toolCalls >= 3 || compactions > 0;
}
