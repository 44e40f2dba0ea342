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
import { MAX_VALUE_BYTES } from "../attributes.ts";
import { CCOTEL, GEN_AI, NATIVE, OTEL } from "../semconv.ts";
import { sayArguments } from "./arguments.ts";
import { fitJson, shrink } from "./fit-json.ts";
import { answerMessage, type Message, messagesJson, resultsMessage, userMessage } from "./messages.ts";
import type { ContentPolicy } from "./policy.ts";
import { cutText, sayPath, sayText } from "./text.ts";

/**
 * The one place that decides which content leaves: what a person, a model, a command or a file said. At level `none`
 * the session model holds none of it, and nothing here gives any; docs/use/privacy.md lists what each level adds.
 */

type Said<Value = string> = Record<string, Value | undefined>;

/** One line of an error says what went wrong, a page of it is output. */
const MAX_LINE_BYTES = 300;

const MAX_NOTE_BYTES = 80;

export function turnContent(turn: Turn, policy: ContentPolicy): Said<string | string[]> {
  if (policy.level === "none") return {};
  const command = turn.command === undefined ? undefined : sayText(policy, turn.command, "command");
  const urls = pullRequestsOf(turn.toolCalls).flatMap(({ url }) => url ?? []);
  const hooks = (turn.hooks ?? []).flatMap((hook) => hookCommand(hook, policy) ?? []);
  return {
    [NATIVE.commandName]: command,
    [CCOTEL.pullRequestUrls]: listOf(urls.map((url) => cutText(sayText(policy, url, "url"), MAX_LINE_BYTES))),
    [CCOTEL.hookCommands]: listOf(hooks),
    ...conversationContent(turn, policy),
  };
}

/** The command line of a hook. */
export function hookCommand({ command }: HookRun, policy: ContentPolicy): string | undefined {
  if (policy.level === "none" || command === undefined) return undefined;
  return cutText(sayText(policy, command, "command"), MAX_LINE_BYTES);
}

/** Many of one kind say little more than the first ones. */
const MAX_LISTED = 20;

/** Each value once; nothing where there is none. */
function listOf(values: readonly string[]): string[] | undefined {
  const each = [...new Set(values)].slice(0, MAX_LISTED);
  return each.length === 0 ? undefined : each;
}

/** The pull requests that these calls worked on, and those of the agents that they waited for. */
function pullRequestsOf(calls: readonly ToolCall[]): PullRequest[] {
  return calls.flatMap(({ details, subagent }) => [
    ...(details?.pullRequest === undefined ? [] : [details.pullRequest]),
    ...pullRequestsOf(subagent?.toolCalls ?? []),
  ]);
}

/** A title is written by the model or a person; a slug names the session in files of the client's. */
export function titleContent({ title, slug }: Pick<Place, "title" | "slug">, policy: ContentPolicy): Said {
  if (policy.level === "none") return {};
  return {
    [CCOTEL.title]:
      title === undefined ? undefined : cutText(sayText(policy, title, "title"), MAX_LINE_BYTES),
    [CCOTEL.slug]: slug === undefined ? undefined : cutText(sayText(policy, slug, "slug"), MAX_LINE_BYTES),
  };
}

/**
 * A note behind a span's name, for lists and trees that show nothing else: one short line, and none where only its
 * length may leave.
 */
export function noteInName(text: string | undefined, policy: ContentPolicy): string | undefined {
  if (policy.level === "none" || policy.redact !== undefined || text === undefined) return undefined;
  const note = sayText(policy, text).replace(/\s+/g, " ").trim();
  return note === "" ? undefined : cutText(note, MAX_NOTE_BYTES);
}

/**
 * Skills that come with the client, as it lists them (2.1.332). Any other name is one that a person chose, and that a
 * prompt may begin with.
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

/** What a request was made for. A skill of somebody's own is `custom`, and has its name and plugin from `details` on. */
export function attributionContent(attribution: Attribution | undefined, policy: ContentPolicy): Said {
  const { skill, plugin } = attribution ?? {};
  if (skill === undefined) return {};
  const kind = { [CCOTEL.skillName]: BUILT_IN_SKILLS.has(skill) ? skill : "custom" };
  if (policy.level === "none") return kind;
  return {
    ...kind,
    [NATIVE.skillName]: sayText(policy, skill, "skill"),
    [CCOTEL.pluginName]: plugin && sayText(policy, plugin, "plugin"),
  };
}

/** The description is written by the model. */
export function subagentContent(subagent: Subagent, policy: ContentPolicy): Said {
  if (policy.level === "none") return {};
  const { description } = subagent;
  return {
    [GEN_AI.agentDescription]: description === undefined ? undefined : sayText(policy, description),
    ...conversationContent(subagent, policy),
  };
}

/** What an agent was asked, and the last thing that it said. */
function conversationContent(conversation: Turn | Subagent, policy: ContentPolicy): Said {
  if (policy.level !== "full") return {};
  const { content, requests } = conversation;
  const last = requests.findLast((request) => request.content?.output.some(({ type }) => type === "text"));
  const answer = last === undefined ? undefined : answerMessage(policy, last, "text");
  return {
    [GEN_AI.inputMessages]: content && messagesJson([userMessage(policy, content.prompt)]),
    [GEN_AI.outputMessages]: answer && messagesJson([answer]),
  };
}

/** `input`: what was new in the request, as `requestInputs` tells it. */
export function chatContent(request: LlmRequest, input: Message | undefined, policy: ContentPolicy): Said {
  if (policy.level !== "full") return {};
  const answer = answerMessage(policy, request);
  return {
    [GEN_AI.inputMessages]: input && messagesJson([input]),
    [GEN_AI.outputMessages]: answer && messagesJson([answer]),
  };
}

/**
 * What each request brought to the model that the one before had not: the prompt, then the results of the calls. A
 * request repeats all of the conversation; its spans do not.
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

export function toolContent(call: ToolCall, policy: ContentPolicy): Said {
  if (policy.level === "none") return {};
  const { details = {}, content } = call;
  const said = (value: string | undefined, kind: string) =>
    value === undefined ? undefined : sayText(policy, value, kind);
  return {
    [NATIVE.filePath]: details.filePath && sayPath(policy, details.filePath),
    [NATIVE.program]: said(details.program, "program"),
    [NATIVE.skillName]: said(details.skill, "skill"),
    [OTEL.urlDomain]: said(details.host, "host"),
    [OTEL.changeId]:
      details.pullRequest?.number === undefined ? undefined : String(details.pullRequest.number),
    [CCOTEL.pullRequestUrl]: said(details.pullRequest?.url, "url"),
    ...(policy.level === "full" && content !== undefined
      ? {
          [GEN_AI.toolCallArguments]: argumentsJson(content.input, policy),
          [GEN_AI.toolCallResult]:
            content.result === undefined ? undefined : resultText(content.result, policy),
        }
      : {}),
  };
}

function argumentsJson(input: unknown, policy: ContentPolicy): string {
  const said = sayArguments(policy, input);
  return fitJson((limits) => shrink(said, limits), MAX_VALUE_BYTES);
}

/** A result that is JSON stays JSON however much of it fits; anything else is plain text. */
function resultText(result: string, policy: ContentPolicy): string {
  const said = sayText(policy, result, "result");
  if (Buffer.byteLength(said) <= MAX_VALUE_BYTES) return said;
  const value = /^\s*[[{]/.test(said) ? parse(said) : undefined;
  if (value === undefined) return cutText(said, MAX_VALUE_BYTES);
  return fitJson((limits) => shrink(value, limits), MAX_VALUE_BYTES);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The first line of a failed call's result, or of an API error: the message of the span's status. */
export function toolFailure(call: ToolCall, policy: ContentPolicy): string | undefined {
  return failureLine(call.outcome === "error" ? call.details?.error : undefined, policy);
}

export function apiFailure(error: ApiFailure | undefined, policy: ContentPolicy): string | undefined {
  return failureLine(error?.message, policy);
}

function failureLine(line: string | undefined, policy: ContentPolicy): string | undefined {
  if (line === undefined || policy.level === "none") return undefined;
  return cutText(sayText(policy, line, "error"), MAX_LINE_BYTES);
}
