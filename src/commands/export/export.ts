import type { Input, Run } from "../../cli/command.ts";
import type { Io } from "../../cli/io.ts";
import { readingConfig } from "../../cli/load-config.ts";
import { write } from "../../cli/output.ts";
import { createProgress } from "../../cli/progress.ts";
import { targetSessions } from "../../cli/session-arguments.ts";
import { UserError } from "../../config/user-error.ts";
import { exportSessions } from "../../delivery/export/export-sessions.ts";
import type { ExportResult } from "../../delivery/export/export-work.ts";
import { sendRejected } from "../../delivery/export/send-rejected.ts";
import { isOwnedByLivingClient } from "../../files/alive.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import { toJson } from "../../printable.ts";
import { homeAt } from "../../state/home.ts";
import { plural } from "../../units.ts";
import { dryRun } from "../dry-run/dry-run.ts";
import { formatOf } from "../dry-run/dry-run-formats.ts";
import { type Target, targetsOf } from "./targets.ts";

/** `ccotel export`: sends what has not been sent of the named sessions, or prints everything (`--dry-run`). */
export const run: Run = async (input, io) => {
  const format = formatOf(input);
  if (input.flags["dry-run"] === true) {
    const config = readingConfig(input, io);
    const goesOn = ({ path, sessionId }: FoundSession) => isOwnedByLivingClient(path, sessionId);
    return dryRun(targetSessions(input, io), config, io, goesOn, format);
  }
  return input.flags.rejected === true ? sendAgain(input, io) : send(input, io);
};

/** Sends again what backends rejected. */
async function sendAgain(input: Input, io: Io): Promise<number> {
  if (input.targets.length > 0 || input.flags.all === true || input.flags.resend === true) {
    throw new UserError("--rejected sends every rejected span, so it takes no session.", {
      hint: "Name no session with --rejected, or send one of them again with --resend.",
    });
  }
  const { targets, faults } = await targetsOf(input, io);
  const codes = [faults === 0 ? 0 : 1];
  for (const target of targets) {
    const { endpoint, prepared } = target;
    const result = await sendRejected(homeAt(prepared.config.home), prepared);
    const said =
      result.sessions === 0
        ? `${endpoint} has rejected nothing.`
        : `Sent ${items(result)} that ${endpoint} had rejected before.`;
    codes.push(await tell(result, said, target, input, io));
  }
  return Math.max(...codes);
}

/** Sends to one destination after the other. An error at one does not stop the others. */
async function send(input: Input, io: Io): Promise<number> {
  const sessions = targetSessions(input, io);
  const { targets, faults } = await targetsOf(input, io);
  const codes = [faults === 0 ? 0 : 1];
  for (const target of targets) {
    const { prepared, role } = target;
    const progress = createProgress(io);
    const result = await exportSessions({
      home: homeAt(prepared.config.home),
      sessions,
      prepared,
      resend: input.flags.resend === true,
      countMetrics: input.flags.metrics === true,
      role,
      threads: { program: io.program },
      onProgress: ({ done, total, doneBytes, totalBytes }) =>
        progress.show(doneBytes / totalBytes, `${done} of ${plural(total, "session")}`),
    }).finally(() => progress.clear());
    codes.push(await tell(result, told(result, sessions.length, target), target, input, io));
  }
  return Math.max(...codes);
}

/** Prints the results, with --json one line for each destination. Returns the exit code. */
async function tell(
  result: ExportResult,
  said: string,
  target: Target,
  input: Input,
  io: Io,
): Promise<number> {
  const { failure } = result;
  const isJson = input.flags.json === true;
  if (isJson) await write(io.stdout, toJson(resultJson(result, target)));
  if (failure !== undefined) {
    await write(io.stderr, `The export failed. ${failure.message}${arrivedBefore(result)}\n`);
    return 1;
  }
  if (!isJson) await write(io.stdout, `${said}\n`);
  return result.spansRejected === 0 ? 0 : tellRejected(result, target, io);
}

/** Version of the JSON. It increases when a field changes its meaning or is removed. */
const SCHEMA = 1;

function resultJson(result: ExportResult, { endpoint }: Target) {
  const { sessions, spansSent, logsSent, spansRejected, counted, failure } = result;
  return {
    schema: SCHEMA,
    endpoint,
    sessions,
    spansSent,
    logsSent,
    rejected: spansRejected,
    counted,
    ...(failure === undefined ? {} : { error: failure.message }),
  };
}

async function tellRejected(
  { spansRejected, logsSent }: ExportResult,
  { endpoint, prepared }: Target,
  io: Io,
): Promise<number> {
  const { root } = homeAt(prepared.config.home);
  const which = `${endpoint} did not keep ${plural(spansRejected, logsSent > 0 ? "item" : "span")}. Why is in ${root}: ccotel.log and rejected.jsonl.`;
  await write(io.stderr, `${which} After a repair, ccotel export --rejected sends what was refused again.\n`);
  return 1;
}

/** `12 spans`, `12 spans and 3 log records`, `3 log records`. */
function items({ spansSent, logsSent }: ExportResult): string {
  const logs = logsSent === 0 ? [] : [plural(logsSent, "log record")];
  return spansSent === 0 && logs.length > 0
    ? logs.join("")
    : [plural(spansSent, "span"), ...logs].join(" and ");
}

function told(result: ExportResult, named: number, { endpoint, prepared }: Target): string {
  const { spansSent, logsSent, spansRejected, sessions, counted } = result;
  const { traces, logs } = prepared.sender;
  if (named === 0) return "No session changed in that time.";
  if (traces === undefined && logs === undefined)
    return sessions === 0
      ? `Nothing new in ${plural(named, "session")}: all of it is counted in the metrics of ${endpoint}.`
      : `Counted ${plural(sessions, "session")} in the metrics of ${endpoint}.`;
  if (counted > 0 && spansSent + logsSent + spansRejected === 0)
    return `Counted ${plural(counted, "session")} in the metrics of ${endpoint}; the rest was sent before.`;
  return spansSent + logsSent + spansRejected === 0
    ? `Nothing new in ${plural(named, "session")}: ${endpoint} already has everything. To send it again, pass --resend.`
    : `Sent ${items(result)} of ${plural(sessions, "session")} to ${endpoint}.`;
}

function arrivedBefore(result: ExportResult): string {
  return result.spansSent + result.logsSent > 0
    ? ` Before that, ${items(result)} arrived; they are not sent again.`
    : "";
}
