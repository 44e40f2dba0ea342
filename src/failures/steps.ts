import { hash53 } from "../hash53.ts";
import type { Compaction, Finished, LlmRequest, ToolCall, Turn } from "../session/model.ts";
import { type Where, walk } from "../session/walk.ts";
import { denialOf, errorOf, lineOf, promptOf, subjectOf } from "./subject.ts";

/** The turn that a step belongs to. */
export interface TurnRef {
  id: string;
  index: number;
  startMs: number;
  project?: string;
  /** First line of the prompt, or the slash command. */
  prompt?: string;
}

/** A tool call, reduced to what `failures` and `insights` need. */
export interface CallStep {
  kind: "call";
  id: string;
  tool: string;
  /** The command line, path, URL, pattern, description or skill that it is about, on one line. */
  about?: string;
  file?: string;
  /** The whole command line of a shell. */
  command?: string;
  startMs: number;
  endMs: number;
  outcome: ToolCall["outcome"];
  denialKind?: string;
  /** It was denied because nobody could be asked for an approval. */
  unasked?: true;
  /** The message of a failed or denied call: its first line with text, or two lines. */
  error?: string;
  /** Hash of the input, to compare inputs. */
  inputHash: number;
  /** Hash of the result, to compare results. */
  resultHash?: number;
  resultChars: number;
  /** The text that an edit replaced, and the new text. */
  edit?: { before: string; after: string };
  turn?: TurnRef;
}

/** A request to the model, reduced to what `failures` and `insights` need. */
export interface RequestStep {
  kind: "request";
  model: string;
  startMs: number;
  endMs: number;
  /** First line of the model's answer. */
  said?: string;
  /** Ids of the tool calls that it asks for. */
  calls: string[];
  /** Why it failed, or why the client calls its answer an error. */
  error?: LlmRequest["error"];
  retries: LlmRequest["retries"];
  usage: LlmRequest["usage"];
  costUsd?: number;
  /** The request without its content, so that it can be priced with other values. */
  request: LlmRequest;
  turn?: TurnRef;
}

/** A compaction: from here on, a summary replaces the conversation. */
interface CompactionStep extends Omit<Compaction, "id"> {
  kind: "compaction";
}

export type Step = CallStep | RequestStep | CompactionStep;

/** Whether the call changes a file of the project. */
export function isEdit({ tool }: Pick<CallStep, "tool">): boolean {
  return tool === "Edit" || tool === "MultiEdit" || tool === "Write" || tool === "NotebookEdit";
}

/** The steps of one agent, or of the session itself, sorted by time. */
export interface Conversation {
  /** Undefined: the session's own conversation. */
  agent?: { type: string; description?: string };
  steps: Step[];
}

/** Collects the steps of a session from its pieces as they are read. They must be read with `keep: "full"`. */
export function createSteps(): {
  add(pieces: readonly Finished[]): void;
  conversations(): Conversation[];
} {
  const turns = new Map<string, TurnRef>();
  const conversations = new Map<string, Conversation>();

  function stepsOf({ agent }: Where): Step[] {
    const name = agent?.agentId ?? "";
    let conversation = conversations.get(name);
    if (conversation === undefined) {
      conversation = { steps: [] };
      conversations.set(name, conversation);
    }
    if (agent !== undefined && conversation.agent === undefined) {
      const { agentType: type, description } = agent;
      conversation.agent = { type, ...(description === undefined ? {} : { description }) };
    }
    return conversation.steps;
  }

  return {
    add(pieces) {
      walk(pieces, {
        turn(turn) {
          turns.set(turn.id, turnRefOf(turn));
        },
        compaction({ id: _, ...compaction }, where) {
          stepsOf(where).push({ kind: "compaction", ...compaction });
        },
        request(request, where) {
          if (request.isAdvisor) return;
          stepsOf(where).push(requestStep(request, turns.get(where.turnId ?? "")));
        },
        toolCall(call, where) {
          stepsOf(where).push(callStep(call, turns.get(where.turnId ?? "")));
        },
      });
    },
    conversations() {
      for (const { steps } of conversations.values()) steps.sort((a, b) => a.startMs - b.startMs);
      return [...conversations.values()];
    },
  };
}

function turnRefOf(turn: Turn): TurnRef {
  const { id, index, startMs, place } = turn;
  const ref: TurnRef = { id, index, startMs };
  const prompt = promptOf(turn);
  if (prompt !== undefined) ref.prompt = prompt;
  if (place.project !== undefined) ref.project = place.project;
  return ref;
}

function requestStep(request: LlmRequest, turn: TurnRef | undefined): RequestStep {
  const { content: _, ...others } = request;
  const { requestedModel: model, startMs, endMs, retries, usage, costUsd } = request;
  const error = request.error ?? request.badAnswer;
  const output = request.content?.output ?? [];
  const said = lineOf(output.find((block) => block.type === "text")?.text);
  return {
    kind: "request",
    model,
    startMs,
    endMs,
    calls: output.flatMap((block) => (block.type === "tool_call" ? [block.id] : [])),
    retries,
    usage,
    request: others,
    ...(said === undefined ? {} : { said }),
    ...(error === undefined ? {} : { error }),
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(turn === undefined ? {} : { turn }),
  };
}

function callStep(call: ToolCall, turn: TurnRef | undefined): CallStep {
  const { id, name: tool, startMs, endMs, outcome, denialKind, content, details } = call;
  const input = (content?.input ?? {}) as Record<string, unknown>;
  const step: CallStep = {
    kind: "call",
    id,
    tool,
    startMs,
    endMs,
    outcome,
    inputHash: hash53(JSON.stringify(input)),
    resultChars: content?.result?.length ?? 0,
  };
  const about = subjectOf(tool, input);
  if (about !== undefined) step.about = about;
  if (details?.filePath !== undefined) step.file = details.filePath;
  if (typeof input.command === "string") step.command = input.command;
  if (denialKind !== undefined) step.denialKind = denialKind;
  if (call.unasked === true) step.unasked = true;
  if (content?.result !== undefined) step.resultHash = hash53(content.result);
  const { old_string: before, new_string: after } = input;
  if (typeof before === "string" && typeof after === "string") step.edit = { before, after };
  const result = content?.result ?? details?.error;
  const error = outcome === "ok" ? undefined : outcome === "denied" ? denialOf(result) : errorOf(result);
  if (error !== undefined) step.error = error;
  if (turn !== undefined) step.turn = turn;
  return step;
}
