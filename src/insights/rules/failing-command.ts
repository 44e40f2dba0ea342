import { commandName } from "../../failures/command-name.ts";
import { failuresOf } from "../../failures/failures.ts";
import { callsOf, costsOfCalls, type SessionRule, sumOf } from "../insight.ts";

/** Programs whose exit code is an answer, such as "no match" or "different", and programs that set it on purpose. */
const ANSWERS_BY_EXIT = new Set([
  "grep",
  "egrep",
  "rg",
  "ag",
  "diff",
  "cmp",
  "test",
  "[",
  "which",
  "command",
  "pgrep",
  "pkill",
  "kill",
  "exit",
  "false",
  "echo",
  "ls",
  "find",
]);

/**
 * Command lines that failed and never worked in the session. This leaves out tests that failed and passed later. The
 * details name the command that worked instead, because CLAUDE.md should have it.
 */
export const failingCommand: SessionRule = ({ conversations }) => {
  const worked = new Set(
    conversations.flatMap((one) =>
      callsOf(one).flatMap(({ outcome, command }) => (outcome === "ok" && command) || []),
    ),
  );
  const byName = new Map<string, { costs: (number | undefined)[]; details: string[]; ms: number }>();
  for (const conversation of conversations) {
    const costOf = costsOfCalls(conversation);
    for (const call of callsOf(conversation)) {
      const { command, outcome, error, startMs, endMs } = call;
      if (outcome !== "error" || command === undefined || worked.has(command)) continue;
      const name = commandName(command);
      if (name === undefined || ANSWERS_BY_EXIT.has(name)) continue;
      const same = byName.get(name) ?? { costs: [], details: [], ms: 0 };
      same.costs.push(costOf(call));
      same.ms += endMs - startMs;
      if (error !== undefined) same.details.push(error);
      byName.set(name, same);
    }
  }
  const fixes = fixesOf(conversations);
  return [...byName].map(([subject, { costs, details, ms }]) => {
    const usd = sumOf(costs);
    const instead = (fixes.get(subject) ?? []).map((fix) => `worked instead: ${fix}`);
    return {
      rule: "failing-command",
      subject,
      times: costs.length,
      ms,
      details: [...details, ...instead],
      ...(usd === undefined ? {} : { usd }),
    };
  });
};

/** For each command name, the command lines that worked after one with that name had failed. */
function fixesOf(conversations: Parameters<typeof failuresOf>[0]): Map<string, string[]> {
  const fixes = new Map<string, string[]>();
  for (const { command, fix, about } of failuresOf(conversations)) {
    if (command === undefined || fix?.about === undefined || fix.about === about) continue;
    fixes.set(command, [...(fixes.get(command) ?? []), fix.about]);
  }
  return fixes;
}
