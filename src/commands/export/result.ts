import type { Input } from "../../cli/command.ts";
import type { Io } from "../../cli/io.ts";
import { sayLeftOut } from "../../cli/left-out.ts";
import { write } from "../../cli/output.ts";
import { say } from "../../cli/say.ts";
import type { ExportResult } from "../../delivery/export/export-work.ts";
import { toJson } from "../../printable.ts";
import { homeAt } from "../../state/home.ts";
import { plural } from "../../units.ts";
import type { Target } from "./targets.ts";

/** Prints the results, with --json one line for each destination. Returns the exit code. */
export async function tell(
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
    await say(io, "stderr", `The export failed. ${failure.message}${arrivedBefore(result)}`);
    return 1;
  }
  if (!isJson) await say(io, "stdout", said);
  for (const error of result.unread ?? []) await sayLeftOut(error, io);
  if (result.spansRejected > 0) return tellRejected(result, target, io);
  return result.unread === undefined ? 0 : 1;
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
  await say(io, "stderr", `${which} After a repair, ccotel export --rejected sends what was refused again.`);
  return 1;
}

/** `12 spans`, `12 spans and 3 log records`, `3 log records`. */
export function items({ spansSent, logsSent }: ExportResult): string {
  const logs = logsSent === 0 ? [] : [plural(logsSent, "log record")];
  return spansSent === 0 && logs.length > 0
    ? logs.join("")
    : [plural(spansSent, "span"), ...logs].join(" and ");
}

/** Says what was sent or counted. `asked`: the number of sessions that the command was about. */
export function told(result: ExportResult, asked: number, { endpoint, prepared }: Target): string {
  const { spansSent, logsSent, spansRejected, sessions, counted, unread = [] } = result;
  const { traces, logs } = prepared.sender;
  if (asked === unread.length && asked > 0) return `Nothing was sent to ${endpoint}.`;
  if (traces === undefined && logs === undefined)
    return sessions === 0
      ? `Nothing new: all of it is counted in the metrics of ${endpoint}.`
      : `Counted ${plural(sessions, "session")} in the metrics of ${endpoint}.`;
  if (counted > 0 && spansSent + logsSent + spansRejected === 0)
    return `Counted ${plural(counted, "session")} in the metrics of ${endpoint}; the rest was sent before.`;
  return spansSent + logsSent + spansRejected === 0
    ? `Nothing new: ${endpoint} already has everything that has ended. To send it again, pass --resend.`
    : `Sent ${items(result)} of ${plural(sessions, "session")} to ${endpoint}.`;
}

function arrivedBefore(result: ExportResult): string {
  return result.spansSent + result.logsSent > 0
    ? ` Before that, ${items(result)} arrived; they are not sent again.`
    : "";
}
