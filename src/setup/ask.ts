import { CONTENT_LEVEL_WORDS, type ContentLevel } from "../choices.ts";
import type { Prompter } from "../cli/prompter.ts";
import type { Choice } from "../cli/prompts.ts";
import { maskUrl } from "../config/text/secret.ts";
import { defined } from "../objects.ts";
import type { Field, Preset } from "../settings/presets/preset.ts";
import { PRESETS } from "../settings/presets/presets.ts";
import type { CurrentSetup } from "./current.ts";
import type { Request } from "./request.ts";

const AS_IT_IS = "(as it is)";

const LEVELS: readonly (Choice & { value: ContentLevel })[] = [
  { value: "none", label: "Numbers and names", hint: CONTENT_LEVEL_WORDS.none },
  { value: "details", label: "Details", hint: CONTENT_LEVEL_WORDS.details },
  { value: "full", label: "Everything", hint: CONTENT_LEVEL_WORDS.full },
];

/**
 * Asks the two questions: where to send, and what content to send. Skips what flags have answered. Returns undefined
 * after Ctrl-C.
 */
export async function askForSetup(
  request: Request,
  current: CurrentSetup,
  prompter: Prompter,
): Promise<Request | undefined> {
  const withBackend = request.preset === undefined ? await askBackend(request, current, prompter) : request;
  if (withBackend === undefined) return undefined;
  const { preset } = withBackend;
  const fields = preset === undefined ? {} : await askFields(preset, withBackend, prompter);
  if (fields === undefined) return undefined;
  const answered = { ...withBackend, fields: { ...withBackend.fields, ...fields } };
  if (answered.content !== undefined) return answered;
  const level = current.ownEnv.CCOTEL_CONTENT ?? "none";
  const content = await prompter.choose("Which content do you want to send?", LEVELS, level);
  return content === undefined ? undefined : { ...answered, content: content as ContentLevel };
}

async function askBackend(
  request: Request,
  { ownEnv, installation }: CurrentSetup,
  prompter: Prompter,
): Promise<Request | undefined> {
  const endpoint = ownEnv.CCOTEL_ENDPOINT;
  const choices: Choice[] = PRESETS.map(({ name, title }) => ({ value: name, label: title, hint: name }));
  if (endpoint !== undefined)
    choices.unshift({ value: AS_IT_IS, label: "As it is", hint: maskUrl(endpoint) });
  const first = endpoint === undefined ? (installation?.preset ?? "otel-collector") : AS_IT_IS;
  const chosen = await prompter.choose("Where do you want to send your sessions?", choices, first);
  if (chosen === undefined) return undefined;
  const preset = PRESETS.find(({ name }) => name === chosen);
  return preset === undefined ? request : { ...request, preset };
}

/** Asks for the parts of the backend's address and headers. */
async function askFields(
  preset: Preset,
  request: Request,
  prompter: Prompter,
): Promise<Record<string, string> | undefined> {
  const answers: Record<string, string> = {};
  for (const [name, field] of Object.entries(preset.fields)) {
    // A complete address needs no parts.
    if (request.fields[name] !== undefined || (request.endpoint !== undefined && isOfAddress(preset, name)))
      continue;
    const answer = await askField(preset, field, prompter);
    if (answer === undefined) return undefined;
    if (answer !== "") answers[name] = answer;
  }
  return answers;
}

function askField(preset: Preset, field: Field, prompter: Prompter): Promise<string | undefined> {
  const { secret, oneOf, example, optional = false } = field;
  const question = `${preset.title}: ${field.ask} (${field.where})${optional ? ", or nothing" : ""}`;
  if (oneOf !== undefined) {
    const choices = oneOf.map((value) => ({ value, label: value }));
    return prompter.choose(question, choices, field.default);
  }
  if (secret) return prompter.secret(question, { optional });
  return prompter.type(question, defined({ optional, default: field.default, example }));
}

function isOfAddress(preset: Preset, name: string): boolean {
  return preset.endpoint.includes(`{${name}}`);
}
