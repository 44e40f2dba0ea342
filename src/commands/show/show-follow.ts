import type { Io } from "../../cli/io.ts";
import { write } from "../../cli/output.ts";
import { styleOf } from "../../cli/paint.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import { followSession, type News } from "../../files/follow-session.ts";
import { createFollower, type LiveNode } from "../../report/follow.ts";
import { toNode } from "../../report/node.ts";
import { drawHead } from "../../report/session.ts";
import { type SpanTexts, textsOf } from "../../report/span-texts.ts";
import { drawTotals, totalsOf } from "../../report/totals.ts";
import type { Finished } from "../../session/model.ts";
import type { SessionOptions } from "../../session/options.ts";
import { createSummarizer, mergeSummaries, summarize } from "../../session/sums/summary.ts";
import { periodNamer } from "../../stats/periods.ts";
import { CCOTEL } from "../../telemetry/semconv.ts";
import { toSpans } from "../../telemetry/spans/spans.ts";
import { systemCalendar } from "../when-arguments.ts";

/** How often the display is updated. */
const LOOK_MS = 250;

/** `ccotel show --follow`: prints each step of a session as it happens, until Ctrl-C, then the totals. */
export async function followInTerminal(
  session: FoundSession,
  options: SessionOptions,
  io: Io,
  { withContent }: { withContent: boolean },
): Promise<void> {
  const style = styleOf(io);
  const followed = followSession(session, options);
  const nameOf = periodNamer("second", systemCalendar());
  let follower = createFollower(style, nameOf);
  let sum = createSummarizer();
  let open: Finished[] = [];
  const isOver = untilStopped();
  const summary = () => mergeSummaries([sum.summary(), summarize(open)]);
  let isFirst = true;
  for (;;) {
    const news = followed.refresh();
    if (news !== undefined) {
      if (news.isReplaced) {
        follower = createFollower(style, nameOf);
        sum = createSummarizer();
      }
      sum.add(news.finished);
      open = news.open;
      const lines = follower.lines(nodesOf(news, session.sessionId, withContent));
      if (isFirst && lines.length > 0) {
        lines.unshift(...drawHead(session.sessionId, summary(), style), "");
        isFirst = false;
      }
      if (lines.length > 0 && !(await write(io.stdout, `${lines.join("\n")}\n`))) return isOver.stop();
    }
    if (await isOver.after(LOOK_MS)) break;
  }
  if (!isFirst) await write(io.stdout, `\n${drawTotals(totalsOf(summary()), style).join("\n")}\n`);
}

function nodesOf({ finished, open }: News, sessionId: string, withContent: boolean): LiveNode[] {
  const nodes = (pieces: readonly Finished[], isFinal: boolean) => {
    const texts = withContent ? textsOf(pieces, sessionId) : new Map<string, SpanTexts>();
    return toSpans(pieces, { sessionId, scope: "session" }).map((span): LiveNode => {
      const node = toNode({ ...span, isError: span.status === "error" }, texts.get(span.spanId));
      return { ...node, isSettled: isFinal || isSettled(span.name, span.attributes[CCOTEL.toolOutcome]) };
    });
  };
  return [...nodes(finished, true), ...nodes(open, false)];
}

/** In an open turn, requests are final, and so are tool calls with a result. Old clients do not say that they run. */
function isSettled(name: string, toolOutcome: unknown): boolean {
  if (name.startsWith("execute_tool ")) return toolOutcome !== "unfinished" && toolOutcome !== "interrupted";
  return !name.startsWith("invoke_agent ");
}

/** Waits for the given time, or until Ctrl-C. `after` returns whether the command was stopped. */
function untilStopped(): { after(ms: number): Promise<boolean>; stop(): void } {
  let isStopped = false;
  let wake = () => {};
  const stop = () => {
    isStopped = true;
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, stop);
    wake();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  return {
    stop,
    async after(ms) {
      if (isStopped) return true;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      return isStopped;
    },
  };
}
