import type { Input, Run } from "../cli/command.ts";
import type { Io } from "../cli/io.ts";
import { readingConfig, sendingConfig } from "../cli/load-config.ts";
import { write } from "../cli/output.ts";
import { createProgress } from "../cli/progress.ts";
import { targetSessions } from "../cli/session-arguments.ts";
import { maskUrl } from "../config/text/secret.ts";
import { UserError } from "../config/user-error.ts";
import { keyOf } from "../delivery/destination.ts";
import { type ExportResult, exportSessions } from "../delivery/export-sessions.ts";
import { type Prepared, prepare } from "../delivery/load.ts";
import { sendRejected } from "../delivery/send-rejected.ts";
import { isOwnedByLivingClient } from "../files/alive.ts";
import type { FoundSession } from "../files/find-sessions.ts";
import { plural } from "../report/format.ts";
import { homeAt } from "../state/home.ts";
import { dryRun } from "./dry-run/dry-run.ts";
import { formatOf } from "./dry-run/dry-run-formats.ts";

/** `ccotel export`: sends what has not been sent of the named sessions, or prints it (`--dry-run`). */
export const run: Run = async (input, io) => {
  const format = formatOf(input);
  if (input.flags["dry-run"] === true) {
    const config = readingConfig(input, io);
    const goesOn = ({ path, sessionId }: FoundSession) => isOwnedByLivingClient(path, sessionId);
    return dryRun(targetSessions(input, io), config, io, goesOn, format);
  }
  return input.flags.rejected === true ? sendAgain(input, io) : send(input, io);
};

/** What a backend refused: sent once more. */
async function sendAgain(input: Input, io: Io): Promise<number> {
  if (input.targets.length > 0 || input.flags.all === true || input.flags.resend === true) {
    throw new UserError("--rejected means every span that was refused; no session is named beside it.", {
      hint: "Name no session with --rejected, or send one of them again with --resend.",
    });
  }
  const prepared = await sendingConfig(input, io, ["traces"]);
  const result = await sendRejected(homeAt(prepared.config.home), prepared);
  const endpoint = maskUrl(prepared.sender.traces?.url ?? "");
  if (result.failure !== undefined) {
    await write(io.stderr, `The export failed. ${result.failure.message}${arrivedBefore(result)}\n`);
    return 1;
  }
  const said =
    result.sessions === 0
      ? `${endpoint} has rejected no spans.`
      : `Sent ${plural(result.spansSent, "span")} that ${endpoint} had rejected before.`;
  await write(io.stdout, `${said}\n`);
  return result.spansRejected === 0 ? 0 : tellRejected(result, endpoint, prepared.config.home, io);
}

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
    elsewhere: await isElsewhere(input, io, prepared),
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
  return tellRejected(result, endpoint, prepared.config.home, io);
}

async function tellRejected(
  { spansRejected }: ExportResult,
  endpoint: string,
  home: string,
  io: Io,
): Promise<number> {
  const { root } = homeAt(home);
  const which = `${endpoint} did not keep ${plural(spansRejected, "span")}. Why is in ${root}: ccotel.log and rejected.jsonl.`;
  await write(io.stderr, `${which} After a repair, ccotel export --rejected sends what was refused again.\n`);
  return 1;
}

/** Whether `--endpoint` leads somewhere else than the settings do: no hook sends there. */
async function isElsewhere(input: Input, io: Io, prepared: Prepared): Promise<boolean> {
  if (input.flags.endpoint === undefined) return false;
  const usual = await prepare({
    env: io.env,
    homeDir: io.homeDir,
    otelFromEnvironment: true,
    userAgent: "",
  });
  return keyOf(usual) !== keyOf(prepared);
}

function told({ spansSent, spansRejected, sessions }: ExportResult, named: number, endpoint: string): string {
  return spansSent + spansRejected === 0
    ? named === 0
      ? "No session changed in that time."
      : `Nothing new in ${plural(named, "session")}: ${endpoint} already has everything. To send it again, pass --resend.`
    : `Sent ${plural(spansSent, "span")} of ${plural(sessions, "session")} to ${endpoint}.`;
}

function arrivedBefore({ spansSent }: ExportResult): string {
  return spansSent > 0 ? ` Before that, ${plural(spansSent, "span")} arrived; they are not sent again.` : "";
}
