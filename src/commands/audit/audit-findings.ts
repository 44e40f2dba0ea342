import type { Input } from "../../cli/command.ts";
import type { Io } from "../../cli/io.ts";
import { sayLeftOut } from "../../cli/left-out.ts";
import { readingConfig } from "../../cli/load-config.ts";
import { write } from "../../cli/output.ts";
import { styleOf } from "../../cli/paint.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import { toJson } from "../../printable.ts";
import { drawFindings, findingJson } from "../../report/findings.ts";
import { type Finding, findingsIn } from "../../signals/findings.ts";
import { plural } from "../../units.ts";
import { assessingOf, piecesOfSession, sessionOptionsOf } from "../reading/pieces-of-session.ts";

/** `ccotel audit --findings`: prints what the calls of these sessions touch. Sends nothing. Returns the exit code. */
export async function auditFindings(
  sessions: readonly FoundSession[],
  input: Input,
  io: Io,
): Promise<number> {
  const config = readingConfig(input, io);
  const options = {
    ...sessionOptionsOf(config),
    keep: "full" as const,
    ...assessingOf(config, io.homeDir),
  };
  let total = 0;
  for (const session of sessions) {
    const findings: Finding[] = [];
    try {
      for (const pieces of piecesOfSession(session, options, { goesOn: false }))
        findings.push(...findingsIn(pieces));
    } catch (error) {
      await sayLeftOut(error, io);
      continue;
    }
    if (findings.length === 0) continue;
    total += findings.length;
    const text =
      input.flags.json === true
        ? findings.map((finding) => toJson(findingJson(session.sessionId, finding))).join("")
        : drawFindings(session.sessionId, findings, styleOf(io));
    if (!(await write(io.stdout, text))) return 0;
  }
  if (input.flags.json !== true)
    await write(io.stderr, `${plural(total, "finding")} in ${plural(sessions.length, "session")}.\n`);
  return 0;
}
