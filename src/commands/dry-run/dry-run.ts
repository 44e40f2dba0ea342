import type { Io } from "../../cli/io.ts";
import { sayLeftOut } from "../../cli/left-out.ts";
import { write } from "../../cli/output.ts";
import { createProgress } from "../../cli/progress.ts";
import type { Config } from "../../config/load.ts";
import { UserError } from "../../config/user-error.ts";
import { openContent } from "../../delivery/load/content-policy.ts";
import { userIdOf } from "../../delivery/load/user-id.ts";
import { isOwnedByLivingClient } from "../../files/alive.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import { readRepository } from "../../files/repository.ts";
import type { Span } from "../../telemetry/spans/span.ts";
import { toSpans } from "../../telemetry/spans/spans.ts";
import { plural } from "../../units.ts";
import { assessingOf, piecesOfSession, sessionOptionsOf } from "../reading/pieces-of-session.ts";
import { createFormat } from "./dry-run-formats.ts";
import type { DryRunFormatName } from "./format.ts";

/**
 * Prints everything that the sessions hold, sent or not, in the OTLP File format or another. Reads and writes no state
 * and prints nothing about this installation, so that two runs print the same bytes. Returns the exit code.
 */
export async function dryRun(
  sessions: readonly FoundSession[],
  config: Config,
  io: Io,
  formatName: DryRunFormatName,
): Promise<number> {
  const { policy: content, problems } = await openContent(config, io.homeDir, false);
  if (problems.length > 0) throw new UserError(problems.map(({ message }) => message).join("\n"));
  const { dialect, semconv, maxAttributesPerSpan: maxAttributes } = config;
  const userId = userIdOf(config.userId);
  const options = {
    ...sessionOptionsOf(config),
    ...(config.findings ? assessingOf(config, io.homeDir) : {}),
    ...(config.repository ? { repositoryOf: readRepository } : {}),
  };
  const format = createFormat(formatName, config);
  const progress = createProgress(io);
  /** Returns false when the reader has closed stdout. */
  const print = async (spans: readonly Span[], session: FoundSession): Promise<boolean> => {
    for (const text of format.spans(spans, session)) {
      if (!(await write(io.stdout, text))) return false;
    }
    return true;
  };
  await write(io.stdout, format.begin());
  const tellProgress = (done: number) =>
    progress.show(done / sessions.length, `${done} of ${plural(sessions.length, "session")}`);
  let failed = 0;
  for (const [index, session] of sessions.entries()) {
    let gathered: Span[] = [];
    try {
      const { sessionId } = session;
      const context = {
        sessionId,
        scope: config.traceScope,
        content,
        dialect,
        semconv,
        maxAttributes,
        ...(userId === undefined ? {} : { userId }),
      };
      for (const pieces of piecesOfSession(session, options, {
        goesOn: isOwnedByLivingClient(session.path, session.sessionId),
      })) {
        gathered.push(...toSpans(pieces, context));
        if (gathered.length < format.batch) continue;
        if (!(await print(gathered, session))) return 0;
        gathered = [];
        tellProgress(index);
      }
    } catch (error) {
      await sayLeftOut(error, io);
      failed++;
    }
    if (!(await print(gathered, session))) return 0;
    tellProgress(index + 1);
  }
  progress.clear();
  await write(io.stdout, format.end());
  return failed > 0 ? 1 : 0;
}
