import type { Input, Run } from "../cli/command.ts";
import type { Io } from "../cli/io.ts";
import { readingConfig, sendingConfig } from "../cli/load-config.ts";
import { write } from "../cli/output.ts";
import { createProgress } from "../cli/progress.ts";
import { targetSessions } from "../cli/session-arguments.ts";
import type { Config } from "../config/load.ts";
import type { Signal } from "../config/signals.ts";
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
  const prepared = await sendingConfig(input, io, sentSignals);
  const result = await sendRejected(homeAt(prepared.config.home), prepared);
  const endpoint = maskUrl((prepared.sender.traces ?? prepared.sender.logs)?.url ?? "");
  if (result.failure !== undefined) {
    await write(io.stderr, `The export failed. ${result.failure.message}${arrivedBefore(result)}\n`);
    return 1;
  }
  const said =
    result.sessions === 0
      ? `${endpoint} has rejected nothing.`
      : `Sent ${items(result)} that ${endpoint} had rejected before.`;
  await write(io.stdout, `${said}\n`);
  return result.spansRejected === 0 ? 0 : tellRejected(result, endpoint, prepared.config.home, io);
}

async function send(input: Input, io: Io): Promise<number> {
  const sessions = targetSessions(input, io);
  const countMetrics = input.flags.metrics === true;
  const prepared = await sendingConfig(input, io, (config) => [
    ...sentSignals(config),
    ...(countMetrics ? (["metrics"] as const) : []),
  ]);
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
  const endpoint = maskUrl((prepared.sender.traces ?? prepared.sender.logs)?.url ?? "");
  const { failure } = result;
  if (failure !== undefined) {
    await write(io.stderr, `The export failed. ${failure.message}${arrivedBefore(result)}\n`);
    return 1;
  }
  await write(io.stdout, `${told(result, sessions.length, endpoint)}\n`);
  if (result.spansRejected === 0) return 0;
  return tellRejected(result, endpoint, prepared.config.home, io);
}

/** What an export sends: traces, unless log records are all that is wanted, and these where they are on. */
function sentSignals({ traces, logs }: Config): Signal[] {
  if (!logs.enabled) return ["traces"];
  return traces.enabled ? ["traces", "logs"] : ["logs"];
}

async function tellRejected(
  { spansRejected, logsSent }: ExportResult,
  endpoint: string,
  home: string,
  io: Io,
): Promise<number> {
  const { root } = homeAt(home);
  const which = `${endpoint} did not keep ${plural(spansRejected, logsSent > 0 ? "item" : "span")}. Why is in ${root}: ccotel.log and rejected.jsonl.`;
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

/** `12 spans`, `12 spans and 3 log records`, `3 log records`. */
function items({ spansSent, logsSent }: ExportResult): string {
  const logs = logsSent === 0 ? [] : [plural(logsSent, "log record")];
  return spansSent === 0 && logs.length > 0
    ? logs.join("")
    : [plural(spansSent, "span"), ...logs].join(" and ");
}

function told(result: ExportResult, named: number, endpoint: string): string {
  const { spansSent, logsSent, spansRejected, sessions } = result;
  return spansSent + logsSent + spansRejected === 0
    ? named === 0
      ? "No session changed in that time."
      : `Nothing new in ${plural(named, "session")}: ${endpoint} already has everything. To send it again, pass --resend.`
    : `Sent ${items(result)} of ${plural(sessions, "session")} to ${endpoint}.`;
}

function arrivedBefore(result: ExportResult): string {
  return result.spansSent + result.logsSent > 0
    ? ` Before that, ${items(result)} arrived; they are not sent again.`
    : "";
}
