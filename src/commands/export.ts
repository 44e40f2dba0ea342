import type { Input, Run } from "../cli/command.ts";
import type { Io } from "../cli/io.ts";
import { readingConfig, sendingConfig } from "../cli/load-config.ts";
import { write } from "../cli/output.ts";
import { createProgress } from "../cli/progress.ts";
import { checkFormat, targetSessions } from "../cli/session-arguments.ts";
import { maskUrl } from "../config/secret.ts";
import { type ExportResult, exportSessions } from "../delivery/export-sessions.ts";
import { isOwnedByLivingClient } from "../files/alive.ts";
import type { FoundSession } from "../files/find-sessions.ts";
import { plural } from "../report/format.ts";
import { homeAt } from "../state/home.ts";
import { dryRun } from "./dry-run.ts";

/** `ccotel export`: sends what has not been sent of the named sessions, or prints it (`--dry-run`). */
export const run: Run = async (input, io) => {
  checkFormat(input);
  if (input.flags["dry-run"] === true) {
    const config = readingConfig(input, io);
    const goesOn = ({ path, sessionId }: FoundSession) => isOwnedByLivingClient(path, sessionId);
    return dryRun(targetSessions(input, io), config, io, goesOn);
  }
  return send(input, io);
};

async function send(input: Input, io: Io): Promise<number> {
  const sessions = targetSessions(input, io);
  const countMetrics = input.flags.metrics === true;
  const prepared = await sendingConfig(input, io, countMetrics ? ["traces", "metrics"] : ["traces"]);
  const progress = createProgress(io);
  const result = await exportSessions({
    home: homeAt(prepared.config.home),
    sessions,
    prepared,
    resend: input.flags.resend === true,
    countMetrics,
    onProgress: ({ done, total, doneBytes, totalBytes }) =>
      progress.show(doneBytes / totalBytes, `${done} of ${plural(total, "session")}`),
  }).finally(() => progress.clear());
  const endpoint = maskUrl(prepared.sender.traces?.url ?? "");
  const { failure } = result;
  if (failure !== undefined) {
    await write(io.stderr, `The export failed. ${failure.message}${arrivedBefore(result)}\n`);
    return 1;
  }
  await write(io.stdout, `${told(result, sessions.length, endpoint)}\n`);
  if (result.spansRejected === 0) return 0;
  const { root } = homeAt(prepared.config.home);
  const which = `${endpoint} threw away ${plural(result.spansRejected, "span")}, which are not sent again.`;
  await write(io.stderr, `${which} Its words are in ${root}: ccotel.log and rejected.jsonl.\n`);
  return 1;
}

function told({ spansSent, spansRejected, sessions }: ExportResult, named: number, endpoint: string): string {
  return spansSent + spansRejected === 0
    ? named === 0
      ? "No session was changed in that time."
      : `Nothing new in ${plural(named, "session")}: everything was sent before. --resend sends it again.`
    : `Sent ${plural(spansSent, "span")} of ${plural(sessions, "session")} to ${endpoint}.`;
}

function arrivedBefore({ spansSent }: ExportResult): string {
  return spansSent > 0 ? ` Before that, ${plural(spansSent, "span")} arrived; they are not sent again.` : "";
}
