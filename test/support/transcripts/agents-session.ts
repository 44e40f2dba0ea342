// Turns of a session with many agents. Each turn takes ten seconds.

import type { ScriptedSession } from "./scripted-files.ts";
import { answer, call, prompt, result, stop } from "./scripted-session.ts";

export const TURN_SECONDS = 10;

/** A turn whose only call starts an agent. The agent answers; the name of its type contains quotes and bars. */
export function turnWithAgent(session: ScriptedSession, index: number): void {
  const at = index * TURN_SECONDS;
  const agentType = `"it's" a | b`;
  session.appendToAgent({
    id: `a${index}`,
    meta: { agentType, toolUseId: `c${index}`, finished: true },
    records: [prompt(at + 1.1, "Work"), answer(at + 2, `in${index}`, "Done.")],
  });
  session.append([
    prompt(at),
    answer(at + 1, `out${index}`, call(`c${index}`, "Agent", { prompt: "Work" })),
    result(at + 3, `c${index}`, { toolUseResult: { agentId: `a${index}`, status: "completed" } }),
    answer(at + 4, `end${index}`, "It is done."),
    stop(at + 4.1),
  ]);
}

/** A turn with one text answer and no tool call. */
export function turn(session: ScriptedSession, index: number): void {
  const at = index * TURN_SECONDS;
  session.append([prompt(at), answer(at + 1, `only${index}`, "Yes."), stop(at + 1.1)]);
}

/** The agent's records after a message gave it more work. `at`: the turn's start in seconds. */
export const more = (index: number, at: number) => ({
  id: `a${index}`,
  records: [prompt(at + 1.3, "More"), answer(at + 2, `again${index}`, "Done again.")],
});

/** A turn that gives agent `to` more work with the client's SendMessage tool. */
export function turnWithMessage(
  session: ScriptedSession,
  index: number,
  to: number,
  toolUseResult: object,
): void {
  const at = index * TURN_SECONDS;
  session.append([
    prompt(at),
    answer(at + 1, `m${index}`, call(`s${index}`, "SendMessage", { to: `a${to}` })),
    result(at + 1.2, `s${index}`, { toolUseResult }),
    answer(at + 3, `e${index}`, "Sent."),
    stop(at + 3.1),
  ]);
}
