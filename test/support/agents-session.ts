// Turns of a session with many agents, ten seconds each.

import type { ScriptedSession } from "./scripted-files.ts";
import { answer, call, prompt, result, stop } from "./scripted-session.ts";

export const TURN_SECONDS = 10;

/** A turn whose only call starts an agent that answers, with quotes and bars in its type's name. */
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

/** A turn that only speaks. */
export function turn(session: ScriptedSession, index: number): void {
  const at = index * TURN_SECONDS;
  session.append([prompt(at), answer(at + 1, `only${index}`, "Yes."), stop(at + 1.1)]);
}

/** What the agent does after it was given more to do. */
export const more = (index: number, at: number) => ({
  id: `a${index}`,
  records: [prompt(at + 1.3, "More"), answer(at + 2, `again${index}`, "Done again.")],
});

/** A turn that tells an agent to go on, as the client's SendMessage does. */
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
