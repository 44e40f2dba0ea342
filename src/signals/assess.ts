import type { Assess, AssessHook, AssessSetUp, SetUp } from "../session/options.ts";
import { object, text } from "../transcript/fields.ts";
import { type Familiar, useOf } from "./novelty.ts";
import { isOwnHook } from "./own-hook.ts";
import { findingsOfWrite, isSecretPath, type Place } from "./paths.ts";
import type { FindingId } from "./rules.ts";
import { RULES } from "./rules.ts";
import { findingsOfShell } from "./shell-findings.ts";

const ORDER = new Map(RULES.map(({ id }, index) => [id, index]));

/**
 * Finds what a tool call touches. `input`: the call's arguments. Returns the ids of rules, each once, in the order of
 * `RULES`. Pure. Its time and memory are bounded by the size of the input. It never throws.
 */
export function assess(name: string, input: unknown, place: Place): FindingId[] {
  const values = object(input) ?? {};
  const textOf = (key: string) => text(values[key]) ?? "";
  const found = new Set<FindingId>();
  const path = textOf("file_path") || textOf("notebook_path");
  switch (name) {
    case "Read":
    case "NotebookRead":
      if (isSecretPath(path)) found.add("secret.read");
      break;
    case "Grep":
      if (isSecretPath(textOf("path")) || isSecretPath(textOf("glob"))) found.add("secret.read");
      break;
    case "Write":
    case "Edit":
    case "MultiEdit":
    case "NotebookEdit":
      for (const id of findingsOfWrite(path, place)) found.add(id);
      break;
    case "Bash":
    case "Monitor":
      for (const id of findingsOfShell(textOf("command"), place)) found.add(id);
      if (values.dangerouslyDisableSandbox === true) found.add("guard.sandbox-off");
      break;
  }
  return [...found].sort((a, b) => (ORDER.get(a) ?? 0) - (ORDER.get(b) ?? 0));
}

/**
 * Creates `assess` for the reader of sessions, which gives the place of each call. `home`: the user's home folder.
 * `familiar`: what projects are known to use. Without it, no finding says that something is new.
 */
export function createAssess(home: string, familiar?: Familiar): Assess {
  return (name, input, { root, cwd, by }) => {
    const found: FindingId[] = assess(name, input, {
      home,
      ...(root === undefined ? {} : { project: root }),
      ...(cwd === undefined ? {} : { cwd }),
    });
    if (familiar === undefined || root === undefined || by === undefined) return found;
    const use = useOf(name, input);
    if (use === undefined) return found;
    const where = { project: root, sessionId: by.sessionId, part: by.call };
    return familiar.newAmong(use.subjects, where).length === 0 ? found : [...found, use.rule];
  };
}

/** Creates the check of a turn's hooks for `guard.new-hook`. ccotel's own hook is never new. */
function createAssessHook(familiar: Familiar): AssessHook {
  return (command, { root, sessionId, turnId }) => {
    if (root === undefined || isOwnHook(command)) return [];
    const id: FindingId = "guard.new-hook";
    const fresh = familiar.newAmong([`hook ${command}`], { project: root, sessionId, part: turnId });
    return fresh.length === 0 ? [] : [id];
  };
}

const MISSING: Record<SetUp["kind"], FindingId> = {
  "mcp-server": "guard.removed-mcp-server",
  "stop-hook": "guard.removed-hook",
};

/** Creates the check of what a session has, for the rules about what was removed from the project. */
function createAssessSetUp(familiar: Familiar): AssessSetUp {
  return ({ kind, names }, { root, sessionId, turnId, startMs }) => {
    if (root === undefined) return [];
    const others = names.filter((name) => !isOwnHook(name));
    const where = { project: root, sessionId, part: turnId, atMs: startMs };
    return familiar.misses(kind, others, where) ? [MISSING[kind]] : [];
  };
}

/** All checks, as properties of the session reader's options. */
export function assessing(home: string, familiar: Familiar) {
  return {
    assess: createAssess(home, familiar),
    assessHook: createAssessHook(familiar),
    assessSetUp: createAssessSetUp(familiar),
  };
}
