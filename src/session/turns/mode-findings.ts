import type { OpenTurn } from "../state.ts";

/** The rules of signals/ about permission modes, by the client's name of the mode. */
const RULE_OF_MODE = new Map([
  ["bypassPermissions", "guard.bypass-mode"],
  ["auto", "guard.auto-mode"],
]);

/** The findings of the turn's permission mode. Only the first turn with a mode reports it, not each one after it. */
export function findingsOfMode({ permissionMode, hasNewMode }: OpenTurn): string[] {
  const rule = RULE_OF_MODE.get(permissionMode ?? "");
  return rule === undefined || hasNewMode !== true ? [] : [rule];
}
