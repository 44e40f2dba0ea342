import type { OpenTurn } from "../state.ts";

/** The rules of signals/ about what a turn may do without asking, by the client's word for it. */
const RULE_OF_MODE = new Map([
  ["bypassPermissions", "guard.bypass-mode"],
  ["auto", "guard.auto-mode"],
]);

/** What the turn's permission mode means, told by the first turn that has it and not by each one after. */
export function findingsOfMode({ permissionMode, hasNewMode }: OpenTurn): string[] {
  const rule = RULE_OF_MODE.get(permissionMode ?? "");
  return rule === undefined || hasNewMode !== true ? [] : [rule];
}
