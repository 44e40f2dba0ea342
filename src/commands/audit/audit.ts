import { statSync } from "node:fs";
import { basename } from "node:path";
import { type Audit, type AuditedSession, auditSessions } from "../../audit/audit.ts";
import { describeAudit } from "../../audit/describe.ts";
import { exactFirstTokensIn } from "../../audit/first-tokens.ts";
import type { Run } from "../../cli/command.ts";
import type { Io } from "../../cli/io.ts";
import { sayLeftOut } from "../../cli/left-out.ts";
import { readingConfig } from "../../cli/load-config.ts";
import { write } from "../../cli/output.ts";
import { readPriceFile } from "../../cli/price-file.ts";
import type { Config } from "../../config/load.ts";
import { UserError } from "../../config/user-error.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import { parsePriceFile } from "../../pricing/price-file.ts";
import type { PriceRows } from "../../pricing/resolve.ts";
import { toJson } from "../../printable.ts";
import { MAX_COLUMNS } from "../../report/text/style.ts";
import { wrapBehind } from "../../report/text/wrap.ts";
import { createSummarizer } from "../../session/sums/summary.ts";
import { hasOpenTurn } from "../../session/turns/windows.ts";
import { destinationKey, destinationUrl, knownPlaces } from "../../state/destinations/destination-place.ts";
import { homeAt } from "../../state/home.ts";
import { peekPosition } from "../../state/position/position.ts";
import { sessionsOrNewest } from "../reading/history.ts";
import { piecesOfSession, sessionOptionsOf } from "../reading/pieces-of-session.ts";
import { openSummaries } from "../reading/summaries.ts";
import { auditFilesOf, createAuditIndexes } from "./audit-files.ts";
import { auditFindings } from "./audit-findings.ts";
import { auditJson } from "./audit-json.ts";

/**
 * How many bytes of a session's transcript have been sent, and of how many. Undefined: this installation has sent none.
 */
interface Sent {
  bytes: number;
  of: number;
  /** A turn that was read is not sent, because it may go on. */
  hasOpenTurn: boolean;
  /** The same of agents. */
  hasOpenAgents: boolean;
}

/**
 * `ccotel audit`: recounts each session from its transcript with separate code. Explains every difference to what
 * ccotel reads, to what it has sent and to Claude Code's own total. Exit code 1: ccotel reads something else than the
 * transcript holds.
 */
export const run: Run = async (input, io) => {
  const config = readingConfig(input, io);
  const found = sessionsOrNewest(input, io);
  // Old clients leave an empty file after a resume.
  const sessions = found.filter(({ path }) => statSync(path).size > 0);
  if (sessions.length === 0) {
    throw new UserError(`There is nothing to audit in ${found.map(({ path }) => path).join(", ")}.`, {
      hint: "A session can be audited after its first prompt.",
    });
  }
  if (input.flags.findings === true) return auditFindings(sessions, input, io);
  const audits = createAudits(sessions, config, ownPrices(config));
  let faults = 0;
  for (const session of sessions) {
    let audit: Audit;
    try {
      audit = await audits.of(session);
    } catch (error) {
      await sayLeftOut(error, io);
      continue;
    }
    const sent = sentOf(session, config);
    faults += audit.differences.length;
    const text =
      input.flags.json === true ? toJson(auditJson(session, audit, sent)) : toText(session, audit, sent, io);
    if (!(await write(io.stdout, text))) break;
  }
  audits.save();
  return faults === 0 ? 0 : 1;
};

function ownPrices(config: Config): PriceRows {
  const text = readPriceFile(config.prices);
  return text === undefined ? {} : (parsePriceFile(text).rows ?? {});
}

/** Audits a session together with all sessions that share lines with it. Each session is audited once. */
function createAudits(sessions: readonly FoundSession[], config: Config, own: PriceRows) {
  const indexes = createAuditIndexes();
  const summaries = openSummaries(config);
  const audits = new Map<string, Audit>();
  const options = { ...sessionOptionsOf(config), keep: "none" as const };

  function familyOf(session: FoundSession): FoundSession[] {
    const family = new Map([[session.sessionId, session]]);
    for (const { path } of family.values()) {
      for (const relative of indexes.heads.relativesOf(path)) {
        const sessionId = basename(relative, ".jsonl");
        const named = sessions.find((other) => other.path === relative);
        if (!family.has(sessionId)) family.set(sessionId, named ?? { sessionId, path: relative });
      }
    }
    return [...family.values()];
  }

  function toAudit(session: FoundSession): AuditedSession {
    const { sessionId, path } = session;
    const { kin, note } = summaries.reading(session);
    const summarizer = createSummarizer();
    let exactFirstTokens = 0;
    for (const pieces of piecesOfSession(session, options, { goesOn: false, kin })) {
      summarizer.add(pieces);
      exactFirstTokens += exactFirstTokensIn(pieces);
    }
    const read = summarizer.summary();
    note(read);
    const files = auditFilesOf(path, sessionId, indexes, session.copies);
    return { sessionId, files, read, exactFirstTokens };
  }

  return {
    async of(session: FoundSession): Promise<Audit> {
      const known = audits.get(session.path);
      if (known !== undefined) return known;
      const family = familyOf(session);
      const found = await auditSessions(family.map(toAudit), own);
      for (const [index, { path }] of family.entries()) audits.set(path, found[index] as Audit);
      return found[0] as Audit;
    },
    save: () => summaries.save(),
  };
}

function sentOf({ sessionId, path }: FoundSession, config: Config): Sent | undefined {
  const home = homeAt(config.home);
  // The destination in the settings counts. If nothing was sent there, the destination that has most of the transcript
  // counts.
  const url = destinationUrl(config);
  const key = url === undefined ? undefined : destinationKey(url);
  const read = knownPlaces(home).flatMap((place) => {
    const { main, session } = peekPosition(place, sessionId)?.read ?? {};
    if (main === undefined || session === undefined) return [];
    const isWaiting = hasOpenTurn(session.main) || session.main.items.length > 0;
    const hasOpenAgents = Object.values(session.agents).some(({ threads }) => threads.length > 0);
    return [{ key: place.key, bytes: main.offset, hasOpenTurn: isWaiting, hasOpenAgents }];
  });
  const most = read.find((one) => one.key === key) ?? read.sort((a, b) => b.bytes - a.bytes)[0];
  if (most === undefined) return undefined;
  const { key: _, bytes, ...open } = most;
  return { bytes, of: statSync(path).size, ...open };
}

function toText({ sessionId }: FoundSession, audit: Audit, sent: Sent | undefined, io: Io): string {
  const columns = Math.min(io.columns, MAX_COLUMNS);
  const lines = [...describeAudit(audit), describeSent(sent, sessionId)].flatMap((raw) => {
    // A name with a line feed in it must not begin a line of its own.
    const line = raw.replace(/\s*\n\s*/g, "\u00a0");
    // Reasons begin with their amount: what follows stays behind it.
    const [, head = "", text = line] = /^( *[-+]\$\S+ +)(.*)$/.exec(line) ?? [];
    return wrapBehind(`  ${head}`, text, columns);
  });
  return `Session ${sessionId}\n${lines.join("\n")}\n`;
}

function describeSent(sent: Sent | undefined, sessionId: string): string {
  if (sent === undefined) return "Not sent from this machine.";
  const { bytes, of, hasOpenTurn, hasOpenAgents } = sent;
  if (bytes < of) return `Sent up to byte ${bytes} of ${of}; ccotel export ${sessionId} sends the rest.`;
  if (hasOpenTurn) return "Sent completely, except for the last turn, which may still go on.";
  return hasOpenAgents
    ? "Sent completely, except for agents in the background, which may still go on."
    : "Sent completely.";
}
