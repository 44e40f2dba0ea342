import { join } from "node:path";
import type { Input, Run } from "../../cli/command.ts";
import type { Io } from "../../cli/io.ts";
import { readingConfig } from "../../cli/load-config.ts";
import { searchOf } from "../../cli/search.ts";
import { NothingThere } from "../../config/user-error.ts";
import { noResult } from "../../delivery/export/export-work.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import { type HistoryPart, lookAtHistory } from "../../state/catalog/history-parts.ts";
import { type DeliveredHistory, openDeliveredHistory } from "../../state/delivered-history.ts";
import { keyOf } from "../../state/destinations/destination-place.ts";
import { homeAt } from "../../state/home.ts";
import { formatOf } from "../dry-run/format.ts";
import { tell, told } from "./result.ts";
import { type Target, targetsOf } from "./targets.ts";

/**
 * `ccotel export`: sends what has not been sent of the named sessions, or prints everything (`--dry-run`). Code that
 * reads and sends is loaded only if something has changed.
 */
export const run: Run = async (input, io) => {
  const format = formatOf(input);
  if (input.flags["dry-run"] === true) {
    const config = readingConfig(input, io);
    const { dryRun } = await import("../dry-run/dry-run.ts");
    return dryRun(await find(input, io), config, io, format);
  }
  if (input.flags.rejected === true) return (await import("./send-again.ts")).sendAgain(input, io);
  return send(input, io);
};

async function find(input: Input, io: Io): Promise<FoundSession[]> {
  const { targetSessions } = await import("./target-sessions.ts");
  return targetSessions(input, io);
}

/** Sends to one destination after the other. An error at one does not stop the others. */
async function send(input: Input, io: Io): Promise<number> {
  const projects = join(searchOf(io).configDir, "projects");
  const parts = asksForAll(input) ? lookAtHistory(projects)?.parts : undefined;
  // A mistake in the arguments is reported before one in the settings.
  const found = parts === undefined ? await findOrNothing(input, io) : undefined;
  const { targets, faults } = await targetsOf(input, io);
  const codes = [faults === 0 ? 0 : 1];
  if (found instanceof NothingThere) {
    for (const target of targets) codes.push(await tell(noResult(), nothingToSend(found), target, input, io));
    return Math.max(...codes);
  }
  let sessions = found;
  for (const target of targets) {
    const history = parts && historyOf(target, parts);
    let result = noResult();
    if (!history?.isDelivered()) {
      sessions ??= await find(input, io);
      result = await (await import("./send.ts")).send(sessions, target, input, io);
      if (result.failure === undefined && result.hasUnsentMetrics === undefined) history?.note();
    }
    codes.push(await tell(result, told(result, sessions?.length ?? 0, target), target, input, io));
  }
  return Math.max(...codes);
}

async function findOrNothing(input: Input, io: Io): Promise<FoundSession[] | NothingThere> {
  try {
    return await find(input, io);
  } catch (error) {
    if (error instanceof NothingThere) return error;
    throw error;
  }
}

function nothingToSend({ message }: NothingThere): string {
  return `Nothing to send: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

function asksForAll({ targets, flags }: Input): boolean {
  const isAll = flags.all === true && targets.length === 0 && flags.since === undefined;
  return isAll && flags.resend !== true && flags.metrics !== true;
}

function historyOf({ prepared }: Target, parts: readonly HistoryPart[]): DeliveredHistory | undefined {
  const key = keyOf(prepared);
  return key === undefined ? undefined : openDeliveredHistory(homeAt(prepared.config.home), key, parts);
}
