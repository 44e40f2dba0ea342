import type { Run } from "../cli/command.ts";
import type { Io } from "../cli/io.ts";
import { readingConfig } from "../cli/load-config.ts";
import { write } from "../cli/output.ts";
import { styleOf } from "../cli/paint.ts";
import { searchOf } from "../cli/session-arguments.ts";
import type { Config } from "../config/load.ts";
import { UserError } from "../config/user-error.ts";
import { type FoundSession, findNewestSession, findSessions } from "../files/find-sessions.ts";
import { toJson } from "../printable.ts";
import { toNode } from "../report/node.ts";
import { drawSession } from "../report/session.ts";
import { sessionJson } from "../report/session-json.ts";
import { createSummarizer, type Summary } from "../session/summary.ts";
import type { Span } from "../telemetry/spans/span.ts";
import { toSpans } from "../telemetry/spans/spans.ts";
import { piecesOfSession, sessionOptionsOf } from "./pieces-of-session.ts";

/** `ccotel show`: draws sessions as trees of the spans that an export sends. */
export const run: Run = async (input, io) => {
  const config = readingConfig(input, io);
  const search = searchOf(io);
  const sessions =
    input.targets.length > 0 ? findSessions(input.targets, search) : [findNewestSession(search)];
  const draw = input.flags.json === true ? drawJson : drawText;
  let shown = 0;
  for (const session of sessions) {
    const text = draw(session, config, io);
    if (text === undefined) continue;
    shown++;
    if (!(await write(io.stdout, input.flags.json === true || shown === 1 ? text : `\n${text}`))) return 0;
  }
  if (shown === 0) {
    throw new UserError(`Nothing has happened yet in ${sessions.map(({ path }) => path).join(", ")}.`, {
      hint: "A session has something to show once it has had its first prompt.",
    });
  }
  return 0;
};

/** A living session is drawn as far as it has come. Undefined: there is nothing in it. */
function drawText(session: FoundSession, config: Config, io: Io): string | undefined {
  const { spans, summary } = read(session, config);
  if (spans.length === 0) return undefined;
  const nodes = spans.map((span) => toNode({ ...span, isError: span.status === "error" }));
  return drawSession(session.sessionId, nodes, summary, styleOf(io));
}

/** One line a session, so that several can be read one by one. */
function drawJson(session: FoundSession, config: Config): string | undefined {
  const { spans, summary } = read(session, config);
  return spans.length === 0 ? undefined : toJson(sessionJson(session, spans, summary));
}

function read(session: FoundSession, config: Config): { spans: Span[]; summary: Summary } {
  const spans: Span[] = [];
  const summarizer = createSummarizer();
  const context = { sessionId: session.sessionId, scope: config.traceScope };
  for (const pieces of piecesOfSession(session, sessionOptionsOf(config), { goesOn: false })) {
    for (const span of toSpans(pieces, context)) spans.push(span);
    summarizer.add(pieces);
  }
  return { spans, summary: summarizer.summary() };
}
