import { object, text } from "../../transcript/fields.ts";
import type { AssistantRecord, Attribution } from "../../transcript/record.ts";
import { hash53 } from "../../transcript/row-key.ts";
import type { MainState, NamedSkill } from "../state.ts";

/**
 * Where the work of a skill ends: at the next prompt that is not its own. The client names the skill on each response
 * until a turn begins without it, so what was asked for in the middle of its turn would be charged to it too (recorded
 * with 2.1.332: a prompt that was typed while a skill worked).
 */
type WithSkills = Pick<MainState, "skills">;

const REMEMBERED = 16;

/** A prompt has come; `command`: the slash command that it is. */
export function noteSkillPrompt(main: WithSkills, command: string | undefined): void {
  for (const skill of main.skills ?? []) skill.ended = true;
  if (command !== undefined) begin(main, command);
}

/** The model has called skills: their work begins, or goes on, whatever prompt came between. */
export function noteSkillCalls(main: WithSkills, record: AssistantRecord): void {
  for (const block of record.blocks) {
    if (block.type !== "tool_use" || block.name !== "Skill") continue;
    const name = text(object(block.input)?.skill);
    if (name !== undefined) begin(main, name);
  }
}

/** The skill that the response names although its work has ended. One whose beginning nothing says begins with it. */
export function endedSkill(main: WithSkills, { attribution }: AssistantRecord): string | undefined {
  const name = attribution?.skill;
  if (name === undefined) return undefined;
  return (find(main, name) ?? begin(main, name)).ended === true ? name : undefined;
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

function begin(main: WithSkills, name: string): NamedSkill {
  const key = keyOf(name);
  const skill: NamedSkill = { key };
  main.skills = [...(main.skills ?? []).filter((other) => other.key !== key), skill].slice(-REMEMBERED);
  return skill;
}

function find({ skills }: WithSkills, name: string): NamedSkill | undefined {
  const key = keyOf(name);
  return skills?.find((skill) => skill.key === key);
}

/** A hash, as a prompt's words are not kept. The model and people may leave a plugin's name out. */
function keyOf(name: string): number {
  return hash53(name.slice(name.lastIndexOf(":") + 1).replace(/^\//, ""));
}
