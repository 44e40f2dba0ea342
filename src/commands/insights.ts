import type { Run } from "../cli/command.ts";
import { sayLeftOut } from "../cli/left-out.ts";
import { readingConfig } from "../cli/load-config.ts";
import { write } from "../cli/output.ts";
import { styleOf } from "../cli/paint.ts";
import { searchOf } from "../cli/search.ts";
import { createSteps } from "../failures/steps.ts";
import { findAllSessions, findSessions } from "../files/find-sessions.ts";
import { createInsights } from "../insights/insights.ts";
import { toJson } from "../printable.ts";
import { drawInsights } from "../report/insights.ts";
import { insightJson } from "../report/json/insights.ts";
import type { Counts } from "../session/amounts.ts";
import { countsOf } from "../session/sums/rows.ts";
import { walk } from "../session/walk.ts";
import { periodNamer } from "../stats/periods.ts";
import type { HookRun } from "../transcript/record.ts";
import { summariesOf } from "./reading/history.ts";
import { piecesOfSession, sessionOptionsOf } from "./reading/pieces-of-session.ts";
import { momentFlag, projectFlag, systemCalendar } from "./when-arguments.ts";

const DEFAULT_DAYS = 30;
const DAY_MS = 86_400_000;

/** `ccotel insights`: what wastes money, or points at a CLAUDE.md that is out of date. */
export const run: Run = async (input, io) => {
  const config = readingConfig(input, io);
  const search = searchOf(io);
  const isNamed = input.targets.length > 0;
  const sinceMs = momentFlag(input, io, "since") ?? (isNamed ? undefined : io.now() - DEFAULT_DAYS * DAY_MS);
  const isOfProject = projectFlag(input);
  const options = { ...sessionOptionsOf(config), keep: "full" as const };
  const sessions = isNamed ? findSessions(input.targets, search) : findAllSessions(search);
  const insights = createInsights();
  let looked = 0;
  for await (const { session, sessionId, summary, kin } of summariesOf(sessions, config, io)) {
    const { firstMs: startMs, lastMs, rows, place } = summary;
    const { project } = place;
    if (
      startMs === undefined ||
      lastMs === undefined ||
      lastMs < (sinceMs ?? lastMs) ||
      !isOfProject(project)
    )
      continue;
    looked++;
    const counts = countsOf(rows);
    const facts = {
      sessionId,
      startMs,
      costUsd: counts.costUsd,
      ...(project === undefined ? {} : { project }),
    };
    insights.addCost(facts);
    if (!isWorthOpening(counts)) continue;
    const steps = createSteps();
    const hooks: HookRun[] = [];
    try {
      for (const pieces of piecesOfSession(session, options, { goesOn: false, kin })) {
        steps.add(pieces);
        walk(pieces, { turn: (turn) => void hooks.push(...(turn.hooks ?? [])) });
      }
    } catch (error) {
      await sayLeftOut(error, io);
      continue;
    }
    insights.addStory({
      ...facts,
      appraise: options.appraise,
      turnMs: counts.turnMs,
      conversations: steps.conversations(),
      hooks,
    });
  }
  const all = insights.all();
  if (input.flags.json === true) {
    for (const insight of all) if (!(await write(io.stdout, toJson(insightJson(insight))))) break;
    return 0;
  }
  const since = sinceMs === undefined ? undefined : `since ${periodNamer("day", systemCalendar())(sinceMs)}`;
  await write(
    io.stdout,
    drawInsights(all, { sessions: looked, ...(since === undefined ? {} : { period: since }) }, styleOf(io)),
  );
  return 0;
};

/** No rule finds anything in a session with less than this. */
function isWorthOpening({ requests, toolCalls, compactions }: Counts): boolean {
  return requests >= 3 || toolCalls >= 3 || compactions > 0;
}
