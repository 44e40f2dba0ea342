/** What hooks need to know about the differences between versions of Claude Code. */

import { atLeast, type Version } from "../versions.ts";

/**
 * Since this version a hook entry may have arguments separate from the command and run without a shell (Claude Code's
 * changelog, 2.1.139).
 */
export const EXEC_FORM_SINCE: Version = [2, 1, 139];

/** Since this version Claude Code loads a plugin in a folder of `skills` without a marketplace (changelog, 2.1.157). */
export const SKILLS_PLUGINS_SINCE: Version = [2, 1, 157];

/** Before this version, one unknown event name made the client ignore the whole file (changelog, 2.1.101). */
export const UNKNOWN_EVENTS_TOLERATED_SINCE: Version = [2, 1, 101];

/** The first version that knows each hook event (Claude Code's changelog; 2.1.329 prints the list of names). */
export const EVENT_SINCE: ReadonlyMap<string, Version> = new Map([
  ["PreToolUse", [1, 0, 38]],
  ["PostToolUse", [1, 0, 38]],
  ["Notification", [1, 0, 38]],
  ["Stop", [1, 0, 38]],
  ["SubagentStop", [1, 0, 41]],
  ["PreCompact", [1, 0, 48]],
  ["UserPromptSubmit", [1, 0, 54]],
  ["SessionStart", [1, 0, 62]],
  ["SessionEnd", [1, 0, 85]],
  ["SubagentStart", [2, 0, 43]],
  ["PermissionRequest", [2, 0, 45]],
  ["PostToolUseFailure", [2, 0, 76]],
  ["Setup", [2, 1, 10]],
  ["TeammateIdle", [2, 1, 33]],
  ["TaskCompleted", [2, 1, 33]],
  ["ConfigChange", [2, 1, 49]],
  ["WorktreeCreate", [2, 1, 50]],
  ["WorktreeRemove", [2, 1, 50]],
  ["InstructionsLoaded", [2, 1, 69]],
  ["Elicitation", [2, 1, 76]],
  ["ElicitationResult", [2, 1, 76]],
  ["PostCompact", [2, 1, 76]],
  ["StopFailure", [2, 1, 78]],
  ["CwdChanged", [2, 1, 83]],
  ["FileChanged", [2, 1, 83]],
  ["TaskCreated", [2, 1, 84]],
  ["PermissionDenied", [2, 1, 89]],
  ["MessageDisplay", [2, 1, 152]],
  ["DirectoryAdded", [2, 1, 219]],
  // Seen in 2.1.329 and not in 2.1.100; the changelog does not name the version between them.
  ["PostToolBatch", [2, 1, 329]],
  ["UserPromptExpansion", [2, 1, 329]],
  ["PreModelSwitch", [2, 1, 329]],
  ["PostModelSwitch", [2, 1, 329]],
]);

/** Returns whether a client of this version knows a hook event. */
export function knowsEvent(version: Version, event: string): boolean {
  const since = EVENT_SINCE.get(event);
  return since !== undefined && atLeast(version, since);
}
