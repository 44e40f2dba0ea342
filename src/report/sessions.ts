import { printable } from "../printable.ts";
import type { ListedSession } from "../search/list-sessions.ts";
import { resumeCommand } from "../search/resume-command.ts";
import { dollars } from "../units.ts";
import { MAX_COLUMNS, type Style } from "./text/style.ts";
import { shorten, width } from "./text/width.ts";

/**
 * Draws a list of sessions: title, time, place, cost, the command that resumes the session, and the search hits. `cwd`:
 * the current folder, where a session of the same folder needs no `cd`.
 */
export function drawSessions(
  sessions: readonly ListedSession[],
  { nameOf, cwd }: { nameOf: (ms: number) => string; cwd: string },
  style: Style,
): string {
  const narrow = {
    ...style,
    columns:
      style.columns === Number.POSITIVE_INFINITY ? style.columns : Math.min(style.columns, MAX_COLUMNS),
  };
  return sessions
    .map((session) => drawOne(session, { nameOf, cwd }, narrow).join("\n"))
    .join("\n\n")
    .concat("\n");
}

function drawOne(
  session: ListedSession,
  { nameOf, cwd }: { nameOf: (ms: number) => string; cwd: string },
  { columns, paint }: Style,
): string[] {
  const { title, prompt, project, branch, status, turns, costUsd, forkedFrom, sessionId } = session;
  const about = printable(title ?? prompt ?? "(no prompt)");
  const right = [
    turns === undefined ? undefined : `${turns} ${turns === 1 ? "turn" : "turns"}`,
    costUsd === undefined ? undefined : dollars(costUsd),
    status,
  ]
    .filter(Boolean)
    .join("  ");
  const room = Math.max(20, columns - width(right) - 2);
  const name = shorten(about, room);
  const free = columns - width(name) - width(right);
  const gap = " ".repeat(Number.isFinite(free) ? Math.max(2, free) : 2);
  const place = [nameOf(session.lastMs), project, branch]
    .filter(Boolean)
    .map((part) => printable(String(part)));
  const lines = [
    `${paint("bold", name)}${gap}${paint(status === "killed" ? "red" : undefined, right)}`,
    paint("dim", shorten(`  ${place.join(" · ")}`, columns)),
    ...(status === "gone"
      ? [`  ${sessionId}: its transcript was deleted`]
      : resumeLines(session, cwd, columns)
    ).map((line) => paint("dim", line)),
  ];
  // The title is often the beginning of the prompt.
  if (title !== undefined && prompt !== undefined && !prompt.startsWith(title))
    lines.splice(1, 0, paint("dim", shorten(`  ${printable(prompt)}`, columns)));
  if (forkedFrom !== undefined) lines.push(paint("dim", `  forked from ${forkedFrom}`));
  for (const { kind, before, match, after } of session.hits)
    lines.push(shorten(`  ${kind}: ${printable(before)}[${printable(match)}]${printable(after)}`, columns));
  return lines;
}

function resumeLines(
  { sessionId, folder, goneFolder }: ListedSession,
  cwd: string,
  columns: number,
): string[] {
  const parts = resumeCommand(sessionId, folder === cwd ? undefined : folder);
  const whole = `  ${parts.join(" ")}`;
  const lines = width(whole) <= columns ? [whole] : parts.map((part) => `  ${part}`);
  if (goneFolder !== undefined)
    lines.push(shorten(`  its folder is gone: ${printable(goneFolder)}`, columns));
  return lines;
}
