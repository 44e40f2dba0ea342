import type { Assess, AssessHook } from "../session/options.ts";
import { type Familiar, useOf } from "./novelty.ts";
import { isOwnHook } from "./own-hook.ts";
import { findingsOfWrite, isSecretPath, type Place } from "./paths.ts";
import type { FindingId } from "./rules.ts";
import { RULES } from "./rules.ts";
import { findingsOfShell } from "./shell-findings.ts";

const ORDER = new Map(RULES.map(({ id }, index) => [id, index]));

/**
 * What a tool call touches, as ids of rules, in the table's order, each once. `input`: what the tool was called with.
 * Pure, and bounded in time and memory by what it is given; never throws.
 */
export function assess(name: string, input: unknown, place: Place): FindingId[] {
  const values = new Map(typeof input === "object" && input !== null ? Object.entries(input) : []);
  const text = (key: string) => {
    const value = values.get(key);
    return typeof value === "string" ? value : "";
  };
  const found = new Set<FindingId>();
  const path = text("file_path") || text("notebook_path");
  switch (name) {
    case "Read":
    case "NotebookRead":
      if (isSecretPath(path)) found.add("secret.read");
      break;
    case "Grep":
      if (isSecretPath(text("path")) || isSecretPath(text("glob"))) found.add("secret.read");
      break;
    case "Write":
    case "Edit":
    case "MultiEdit":
    case "NotebookEdit":
      for (const id of findingsOfWrite(path, place)) found.add(id);
      break;
    case "Bash":
    case "Monitor":
      for (const id of findingsOfShell(text("command"), place)) found.add(id);
      if (values.get("dangerouslyDisableSandbox") === true) found.add("guard.sandbox-off");
      break;
  }
  return [...found].sort((a, b) => (ORDER.get(a) ?? 0) - (ORDER.get(b) ?? 0));
}

/**
 * The same for a reader of sessions, which knows where a call was made. `home`: the user's home folder. `familiar`: what
 * projects are known to use; without it, nothing is new to them.
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

/** The rules about a hook; ccotel's own is usual everywhere. */
export function createAssessHook(familiar: Familiar): AssessHook {
  return (command, { root, sessionId, turnId }) => {
    if (root === undefined || isOwnHook(command)) return [];
    const id: FindingId = "guard.new-hook";
    const fresh = familiar.newAmong([`hook ${command}`], { project: root, sessionId, part: turnId });
    return fresh.length === 0 ? [] : [id];
  };
}

/** Both, as a reader's options take them. */
export function assessing(home: string, familiar: Familiar) {
  return { assess: createAssess(home, familiar), assessHook: createAssessHook(familiar) };
}
