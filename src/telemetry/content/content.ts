import { parseJson } from "../../objects.ts";
import type {
  ApiFailure,
  Attribution,
  HookRun,
  LlmRequest,
  Place,
  PullRequest,
  Subagent,
  ToolCall,
  Turn,
} from "../../session/model.ts";
import { type Attribute, MAX_VALUE_BYTES } from "../attributes.ts";
import { CCOTEL, GEN_AI, NATIVE, OTEL } from "../semconv.ts";
import { sayArguments } from "./arguments.ts";
import { fitJson, shrink } from "./fit-json.ts";
import { answerMessage, type Message, messagesJson, resultsMessage, userMessage } from "./messages.ts";
import type { ContentPolicy } from "./policy.ts";
import { cutText, sayPath, sayText } from "./text.ts";

/**
 * Only this module decides which content is sent: the words of people and models, commands and file contents. At level
 * `none` the session model holds no content, and these functions return none. docs/use/privacy.md lists what each level
 * adds.
 */

/** The first line of an error explains it. More text is output. */
const MAX_LINE_BYTES = 300;

const MAX_NOTE_BYTES = 80;

/** Content of a turn's span: command, pull requests and hook commands and, at level `full`, messages. */
export function turnContent(turn: Turn, policy: ContentPolicy): Attribute[] {
  if (policy.level === "none") return [];
  const command = turn.command === undefined ? undefined : sayText(policy, turn.command, "command");
  const urls = pullRequestsOf(turn.toolCalls).flatMap(({ url }) => url ?? []);
  const hooks = (turn.hooks ?? []).flatMap((hook) => hookCommand(hook, policy) ?? []);
  return [
    [NATIVE.commandName, command],
    [CCOTEL.pullRequestUrls, listOf(urls.map((url) => cutText(sayText(policy, url, "url"), MAX_LINE_BYTES)))],
    [CCOTEL.hookCommands, listOf(hooks)],
    ...conversationContent(turn, policy),
  ];
}

/** The command line of a hook; undefined at level `none`. */
export function hookCommand({ command }: HookRun, policy: ContentPolicy): string | undefined {
  if (policy.level === "none" || command === undefined) return undefined;
  return cutText(sayText(policy, command, "command"), MAX_LINE_BYTES);
}

/** Maximum number of values in a list attribute. */
const MAX_LISTED = 20;

/** The first values, each once; undefined if there are none. */
function listOf(values: readonly string[]): string[] | undefined {
  const each = [...new Set(values)].slice(0, MAX_LISTED);
  return each.length === 0 ? undefined : each;
}

/** The pull requests of these calls and of the agents that the calls waited for. */
function pullRequestsOf(calls: readonly ToolCall[]): PullRequest[] {
  return calls.flatMap(({ details, subagent }) => [
    ...(details?.pullRequest === undefined ? [] : [details.pullRequest]),
    ...pullRequestsOf(subagent?.toolCalls ?? []),
  ]);
}

/** The model or a person writes the title. The client uses the slug as the session's name in its files. */
export function titleContent(
  { title, slug }: Pick<Place, "title" | "slug">,
  policy: ContentPolicy,
): Attribute[] {
  if (policy.level === "none") return [];
  return [
    [
      CCOTEL.title,
      title === undefined ? undefined : cutText(sayText(policy, title, "title"), MAX_LINE_BYTES),
    ],
    [CCOTEL.slug, slug === undefined ? undefined : cutText(sayText(policy, slug, "slug"), MAX_LINE_BYTES)],
  ];
}

/**
 * One short line to add to a span's name, for lists and trees that show only names. Undefined at level `none`, and if
 * only the length of texts may be sent.
 */
export function noteInName(text: string | undefined, policy: ContentPolicy): string | undefined {
  if (policy.level === "none" || policy.redact !== undefined || text === undefined) return undefined;
  const note = sayText(policy, text).replace(/\s+/g, " ").trim();
  return note === "" ? undefined : cutText(note, MAX_NOTE_BYTES);
}

/**
 * The skills that come with the client, from its own list (2.1.332). A person chose any other name, so it is content.
 */
const BUILT_IN_SKILLS = new Set([
  "claude-api",
  "code-review",
  "dataviz",
  "fewer-permission-prompts",
  "init",
  "keybindings-help",
  "loop",
  "plugin-authoring",
  "review",
  "run",
  "security-review",
  "simplify",
  "update-config",
  "workflow-authoring",
]);

/**
 * The skill and plugin that a request was made for. `ccotel.skill.name` is `custom` for skills that are not the
 * client's own. Level `none` leaves out the other names.
 */
export function attributionContent(attribution: Attribution | undefined, policy: ContentPolicy): Attribute[] {
  const { skill, plugin } = attribution ?? {};
  if (skill === undefined) return [];
  const kind: Attribute = [CCOTEL.skillName, BUILT_IN_SKILLS.has(skill) ? skill : "custom"];
  if (policy.level === "none") return [kind];
  return [
    kind,
    [NATIVE.skillName, sayText(policy, skill, "skill")],
    [CCOTEL.pluginName, plugin && sayText(policy, plugin, "plugin")],
  ];
}

/** A subagent's description, which the model writes, and its messages. */
export function subagentContent(subagent: Subagent, policy: ContentPolicy): Attribute[] {
  if (policy.level === "none") return [];
  const { description } = subagent;
  return [
    [GEN_AI.agentDescription, description === undefined ? undefined : sayText(policy, description)],
    ...conversationContent(subagent, policy),
  ];
}

/** The prompt of an agent and its last text, at level `full`. */
function conversationContent(conversation: Turn | Subagent, policy: ContentPolicy): Attribute[] {
  if (policy.level !== "full") return [];
  const { content, requests } = conversation;
  const last = requests.findLast((request) => request.content?.output.some(({ type }) => type === "text"));
  const answer = last === undefined ? undefined : answerMessage(policy, last, "text");
  return [
    [GEN_AI.inputMessages, content && messagesJson([userMessage(policy, content.prompt)])],
    [GEN_AI.outputMessages, answer && messagesJson([answer])],
  ];
}

/** The messages of a request, at level `full`. `input`: the new message of the request, from `requestInputs`. */
export function chatContent(
  request: LlmRequest,
  input: Message | undefined,
  policy: ContentPolicy,
): Attribute[] {
  if (policy.level !== "full") return [];
  const answer = answerMessage(policy, request);
  return [
    [GEN_AI.inputMessages, input && messagesJson([input])],
    [GEN_AI.outputMessages, answer && messagesJson([answer])],
  ];
}

/**
 * The new message of each request: the prompt for the first one, then the results of the previous request's calls. A
 * request repeats the whole conversation; its span does not.
 */
export function requestInputs(
  conversation: {
    requests: readonly LlmRequest[];
    toolCalls: readonly ToolCall[];
    content?: { prompt: string };
  },
  policy: ContentPolicy,
): Map<LlmRequest, Message> {
  const inputs = new Map<LlmRequest, Message>();
  if (policy.level !== "full") return inputs;
  const { content } = conversation;
  const calls = new Map(conversation.toolCalls.map((call) => [call.id, call]));
  let message = content && userMessage(policy, content.prompt);
  for (const request of conversation.requests) {
    if (message !== undefined) inputs.set(request, message);
    const made = (request.content?.output ?? []).flatMap((block) =>
      block.type === "tool_call" ? (calls.get(block.id) ?? []) : [],
    );
    message = resultsMessage(policy, made);
  }
  return inputs;
}

/**
 * Content of a tool call's span: file, program, skill, host, pull request and, at level `full`, arguments and result.
 */
export function toolContent(call: ToolCall, policy: ContentPolicy): Attribute[] {
  if (policy.level === "none") return [];
  const { details = {}, content } = call;
  const said = (value: string | undefined, kind: string) =>
    value === undefined ? undefined : sayText(policy, value, kind);
  return [
    [NATIVE.filePath, details.filePath && sayPath(policy, details.filePath)],
    [NATIVE.program, said(details.program, "program")],
    [NATIVE.skillName, said(details.skill, "skill")],
    [OTEL.urlDomain, said(details.host, "host")],
    [
      OTEL.changeId,
      details.pullRequest?.number === undefined ? undefined : String(details.pullRequest.number),
    ],
    [CCOTEL.pullRequestUrl, said(details.pullRequest?.url, "url")],
    ...(policy.level === "full" && content !== undefined
      ? ([
          [GEN_AI.toolCallArguments, argumentsJson(content.input, policy)],
          [
            GEN_AI.toolCallResult,
            content.result === undefined ? undefined : resultText(content.result, policy),
          ],
        ] satisfies Attribute[])
      : []),
  ];
}

function argumentsJson(input: unknown, policy: ContentPolicy): string {
  const said = sayArguments(policy, input);
  return fitJson((limits) => shrink(said, limits), MAX_VALUE_BYTES);
}

/** The result within `MAX_VALUE_BYTES`. A JSON result is still valid JSON after it is cut; other results are text. */
function resultText(result: string, policy: ContentPolicy): string {
  const said = sayText(policy, result, "result");
  if (Buffer.byteLength(said) <= MAX_VALUE_BYTES) return said;
  const value = /^\s*[[{]/.test(said) ? parseJson(said) : undefined;
  if (value === undefined) return cutText(said, MAX_VALUE_BYTES);
  return fitJson((limits) => shrink(value, limits), MAX_VALUE_BYTES);
}

/** The first line of a failed call's result, for the status message of its span. */
export function toolFailure(call: ToolCall, policy: ContentPolicy): string | undefined {
  return failureLine(call.outcome === "error" ? call.details?.error : undefined, policy);
}

/** The first line of an API error, for the status message of its span. */
export function apiFailure(error: ApiFailure | undefined, policy: ContentPolicy): string | undefined {
  return failureLine(error?.message, policy);
}

function failureLine(line: string | undefined, policy: ContentPolicy): string | undefined {
  if (line === undefined || policy.level === "none") return undefined;
  return cutText(sayText(policy, line, "error"), MAX_LINE_BYTES);
}
