import { object, text } from "../../transcript/fields.ts";
import type { AssistantRecord, Attribution } from "../../transcript/record.ts";
import type { MainState, NamedSkill } from "../state.ts";
import { skillKey } from "./skill-key.ts";

/**
 * A skill ends at the next prompt that did not start it. The client names the skill on each response until a turn
 * begins without it. So a request of the user in the middle of that turn would be charged to the skill too (recorded
 * with 2.1.332: a prompt that was typed while a skill worked).
 */
type WithSkills = Pick<MainState, "skills">;

const REMEMBERED = 16;

/**
 * Records a prompt. It ends the open skills and begins the one that it names. `command`: the slash command in the
 * prompt.
 */
export function noteSkillPrompt(main: WithSkills, command: string | undefined): void {
  for (const skill of main.skills ?? []) skill.ended = true;
  if (command !== undefined) begin(main, command);
}

/** Records calls of skills. Each begins the skill, or continues it after another prompt. */
export function noteSkillCalls(main: WithSkills, record: AssistantRecord): void {
  for (const block of record.blocks) {
    if (block.type !== "tool_use" || block.name !== "Skill") continue;
    const name = text(object(block.input)?.skill);
    if (name !== undefined) begin(main, name);
  }
}

/**
 * The skill that the response names although it has ended. Undefined otherwise. A skill without a recorded beginning
 * begins with this response.
 */
export function endedSkill(main: WithSkills, { attribution }: AssistantRecord): string | undefined {
  const name = attribution?.skill;
  if (name === undefined) return undefined;
  return (find(main, name) ?? begin(main, name)).ended === true ? name : undefined;
}

/** The response without the ended skill and its plugin. */
export function withoutSkill<Of extends { attribution?: Attribution | undefined }>(
  response: Of,
  ended: string | undefined,
): Of {
  if (ended === undefined || response.attribution?.skill !== ended) return response;
  const { skill: _, plugin: __, ...attribution } = response.attribution;
  return { ...response, attribution };
}

function begin(main: WithSkills, name: string): NamedSkill {
  const key = skillKey(name);
  const skill: NamedSkill = { key };
  main.skills = [...(main.skills ?? []).filter((other) => other.key !== key), skill].slice(-REMEMBERED);
  return skill;
}

function find({ skills }: WithSkills, name: string): NamedSkill | undefined {
  const key = skillKey(name);
  return skills?.find((skill) => skill.key === key);
}
