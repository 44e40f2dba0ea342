import type { Io } from "../../cli/io.ts";
import { sayLeftOut } from "../../cli/left-out.ts";
import { write, writeEach } from "../../cli/output.ts";
import { createProgress } from "../../cli/progress.ts";
import type { Config } from "../../config/load.ts";
import { UserError } from "../../config/user-error.ts";
import { openContent } from "../../delivery/load/content-policy.ts";
import { userIdOf } from "../../delivery/load/user-id.ts";
import { isOwnedByLivingClient } from "../../files/alive.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import { readRepository } from "../../files/repository.ts";
import type { ContentPolicy } from "../../telemetry/content/policy.ts";
import type { Span } from "../../telemetry/spans/span.ts";
import { toSpans } from "../../telemetry/spans/spans.ts";
import { plural } from "../../units.ts";
import { assessingOf, piecesOfSession, sessionOptionsOf } from "../reading/pieces-of-session.ts";
import { createFormat, type DryRunFormat } from "./dry-run-formats.ts";
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
  const format = createFormat(formatName, config);
  const spansOf = spanReader(config, content, io);
  const progress = createProgress(io);
  const show = (done: number) =>
    progress.show(done / sessions.length, `${done} of ${plural(sessions.length, "session")}`);
  await write(io.stdout, format.begin());
  let failed = 0;
  for (const [index, session] of sessions.entries()) {
    const printed = await printSession(session, spansOf(session), format, io, () => show(index));
    if (printed === "closed") return 0;
    if (printed === "failed") failed++;
    show(index + 1);
  }
  progress.clear();
  await write(io.stdout, format.end());
  return failed > 0 ? 1 : 0;
}

/** Returns a function that reads a session from its start and yields the spans of what is finished. */
function spanReader(
  config: Config,
  content: ContentPolicy,
  io: Io,
): (session: FoundSession) => Generator<Span[]> {
  const { dialect, semconv, maxAttributesPerSpan: maxAttributes, traceScope: scope } = config;
  const userId = userIdOf(config.userId);
  const user = userId === undefined ? {} : { userId };
  const options = {
    ...sessionOptionsOf(config),
    ...(config.findings ? assessingOf(config, io.homeDir) : {}),
    ...(config.repository ? { repositoryOf: readRepository } : {}),
  };
  return function* (session) {
    const { path, sessionId } = session;
    const context = { sessionId, scope, content, dialect, semconv, maxAttributes, ...user };
    const goesOn = isOwnedByLivingClient(path, sessionId);
    for (const pieces of piecesOfSession(session, options, { goesOn })) yield toSpans(pieces, context);
  };
}

/**
 * Prints the spans of a session in batches. `failed`: a file could not be read, which was reported, and only the spans
 * before it were printed. `closed`: the reader has closed stdout.
 */
async function printSession(
  session: FoundSession,
  read: Iterable<Span[]>,
  format: DryRunFormat,
  io: Io,
  onBatch: () => void,
): Promise<"printed" | "failed" | "closed"> {
  const print = (spans: readonly Span[]) => writeEach(io.stdout, format.spans(spans, session));
  let gathered: Span[] = [];
  let result: "printed" | "failed" = "printed";
  try {
    for (const spans of read) {
      gathered.push(...spans);
      if (gathered.length < format.batch) continue;
      if (!(await print(gathered))) return "closed";
      gathered = [];
      onBatch();
    }
  } catch (error) {
    await sayLeftOut(error, io);
    result = "failed";
  }
  return (await print(gathered)) ? result : "closed";
}
