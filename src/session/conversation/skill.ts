import { object, text } from "../../transcript/fields.ts";
import type { AssistantRecord, Attribution } from "../../transcript/record.ts";
import type { MainState } from "../state.ts";

/**
 * Where the work of a skill ends: at the next prompt that is not its own. The client names the skill on each response
 * until a turn begins without it, so what was asked for in the middle of its turn would be charged to it too (recorded
 * with 2.1.332: a prompt that was typed while a skill worked).
 */

/** A prompt has come; `command`: the slash command that it is. */
export function noteSkillPrompt(main: Pick<MainState, "skill">, command: string | undefined): void {
  if (main.skill === undefined) return;
  if (isSame(main.skill.name, command)) delete main.skill.ended;
  else main.skill.ended = true;
}

/** The model has called skills: their work goes on, whatever prompt came between. */
export function noteSkillCalls(main: Pick<MainState, "skill">, record: AssistantRecord): void {
  for (const block of record.blocks) {
    if (main.skill === undefined || block.type !== "tool_use" || block.name !== "Skill") continue;
    if (isSame(main.skill.name, text(object(block.input)?.skill))) delete main.skill.ended;
  }
}

/** The skill that the response names although its work has ended. */
export function endedSkill(main: Pick<MainState, "skill">, record: AssistantRecord): string | undefined {
  const name = record.attribution?.skill;
  if (name === undefined) delete main.skill;
  else if (main.skill?.name !== name) main.skill = { name };
  return main.skill?.ended === true ? name : undefined;
}

/** The response without that skill, and without the plugin that it is from. */
export function withoutSkill<Of extends { attribution?: Attribution | undefined }>(
  response: Of,
  ended: string | undefined,
): Of {
  if (ended === undefined || response.attribution?.skill !== ended) return response;
  const { skill: _, plugin: __, ...attribution } = response.attribution;
  return { ...response, attribution };
}

/** The model and people may leave a plugin's name out. */
function isSame(skill: string, name: string | undefined): boolean {
  const called = name?.replace(/^\//, "");
  return called !== undefined && (skill === called || skill.endsWith(`:${called}`));
}
