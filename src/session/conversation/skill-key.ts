import { hash53 } from "../../hash53.ts";

/**
 * A hash, since the words of a prompt are not kept. The plugin's name is removed, because the model and people may omit
 * it.
 */
export function skillKey(name: string): number {
  return hash53(name.slice(name.lastIndexOf(":") + 1).replace(/^\//, ""));
}

/** The skill that an agent was started for, from the first message of the agent's file. Undefined if none is named. */
export function skillOfAgent(firstMessage: string): number | undefined {
  const folder = FOLDER_OF_SKILL.exec(firstMessage.slice(0, READ_CHARACTERS))?.[1];
  const name = folder?.split(/[/\\]/).findLast((part) => part !== "");
  return name === undefined ? undefined : skillKey(name);
}

const FOLDER_OF_SKILL = /^Base directory for this skill: (.+)\n/;

/** Few enough to be complete after the text was escaped and cut (`MIN_STRING_BYTES`). */
const READ_CHARACTERS = 160;
