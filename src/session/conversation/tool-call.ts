import { createHash } from "node:crypto";
import type { ContentLevel } from "../../choices.ts";
import { object, text } from "../../transcript/fields.ts";
import type { AssistantRecord, ToolResult } from "../../transcript/record.ts";
import type { RecordedPermission, ToolCall, ToolOutcome } from "../model.ts";
import { keptInput, keptText } from "./content-limits.ts";
import { errorLine, toolDetails } from "./tool-details.ts";
import { fileToWrite } from "./work.ts";

/** A tool call that may still run, with what links it to an agent. */
export interface ToolDraft extends Omit<ToolCall, "endMs" | "outcome" | "subagent"> {
  endMs?: number;
  outcome?: ToolOutcome;
  /** Of the prompt that an agent was started with: links agents that nothing else links. */
  promptHash?: string;
  /** The file that it is to write, as a hash. */
  file?: number;
  agentId?: string;
  /** An agent that was done and that the call gave something more to do. */
  resumedAgentId?: string;
  /** `uuid` of the record that it stands in. */
  rowUuid?: string;
  /** The session that counts it, when that is another one. */
  copiedFrom?: string;
  /** The type of agent that was asked for. */
  agentType?: string;
  /** The name that an agent was given: links teammates, whose prompts are wrapped in a message. */
  agentName?: string;
  /** Names the folder of the agents that a workflow started. */
  workflowRunId?: string;
  /** The agent goes on after the call. */
  isAsync?: boolean;
  /** A skill that the client still names, although its work had ended before. */
  endedSkill?: string;
}

/** The tool was `Task` before 2.1. */
const AGENT_TOOLS = new Set(["Agent", "Task"]);

/** Tools whose whole purpose is to wait for a person. */
const ASKING_TOOLS = new Set(["AskUserQuestion", "ExitPlanMode"]);

export function startsAgent(call: Pick<ToolDraft, "name">): boolean {
  return AGENT_TOOLS.has(call.name);
}

/** Few enough to be there whole, however the text was escaped and then cut (`MIN_STRING_BYTES`). */
const HASHED_CHARACTERS = 160;

/** A teammate is given its prompt as a message. */
const MESSAGE = /^<teammate-message\b[^>]*>\n?/;

/** Same text, same hash; a text that was cut for its length has been cut alike wherever it stands. */
export function promptHash(prompt: string): string {
  const message = MESSAGE.exec(prompt);
  const said =
    message === null ? prompt : prompt.slice(message[0].length).replace(/\n<\/teammate-message>\s*$/, "");
  return createHash("sha256").update(said.slice(0, HASHED_CHARACTERS)).digest("hex").slice(0, 16);
}

/** The calls that one line of a response makes. */
export function callsOf(record: AssistantRecord, atMs: number, content: ContentLevel): ToolDraft[] {
  return record.blocks.flatMap((block, index) => {
    // Without an id nothing tells the call from others.
    if (block.type !== "tool_use" || block.id === "") return [];
    const key = block.isUsedId ? `${block.id} ${record.uuid}/${index}` : block.id;
    const call: ToolDraft = { key, id: block.id, name: block.name, startMs: atMs };
    if (record.uuid !== undefined) call.rowUuid = record.uuid;
    if (record.copiedFrom !== undefined) call.copiedFrom = record.copiedFrom;
    const input = startsAgent(call) ? object(block.input) : undefined;
    const prompt = text(input?.prompt);
    const agentType = text(input?.subagent_type);
    if (prompt !== undefined) call.promptHash = promptHash(prompt);
    if (agentType !== undefined) call.agentType = agentType;
    const file = fileToWrite(block.name, block.input);
    if (file !== undefined) call.file = file;
    const agentName = text(input?.name);
    if (agentName !== undefined) call.agentName = agentName;
    if (block.findings !== undefined) call.findings = block.findings;
    if (content !== "none") call.details = toolDetails(block.name, block.input);
    if (content === "full") call.content = { input: keptInput(block.input) };
    return [call];
  });
}

/**
 * The call that a result is of. Where a gateway gives several calls one id: the one that the result's record names, else
 * the first that has no result. `calls` only ever grows.
 */
export function callOfResult(calls: readonly ToolDraft[], result: ToolResult): ToolDraft | undefined {
  const same = callsWithId(calls, result.toolUseId);
  const open = same.filter(({ endMs }) => endMs === undefined);
  return open.find(({ rowUuid }) => rowUuid === result.assistantUuid) ?? open[0] ?? same.at(-1);
}

/** Few enough to be looked through for each result. */
const FEW_CALLS = 32;

/** The calls of a long conversation by their ids, and how many of them stand there. */
const indexes = new WeakMap<readonly ToolDraft[], { size: number; byId: Map<string, ToolDraft[]> }>();

function callsWithId(calls: readonly ToolDraft[], id: string): readonly ToolDraft[] {
  if (calls.length <= FEW_CALLS) return calls.filter((call) => call.id === id);
  let index = indexes.get(calls);
  if (index === undefined || index.size > calls.length) index = { size: 0, byId: new Map() };
  for (const call of calls.slice(index.size)) {
    const same = index.byId.get(call.id);
    if (same === undefined) index.byId.set(call.id, [call]);
    else same.push(call);
  }
  index.size = calls.length;
  indexes.set(calls, index);
  return index.byId.get(id) ?? [];
}

export function endCall(call: ToolDraft, result: ToolResult, atMs: number, content: ContentLevel): void {
  call.endMs = Math.max(atMs, call.startMs);
  call.outcome = outcomeOf(result);
  const denialKind = result.denialKind ?? denialKindIn(result.text);
  if (call.outcome === "denied" && denialKind !== undefined) call.denialKind = denialKind;
  if (result.agentId !== undefined) call.agentId = result.agentId;
  if (result.resumedAgentId !== undefined) call.resumedAgentId = result.resumedAgentId;
  if (result.teammate !== undefined) call.agentName = result.teammate;
  if (result.workflowRunId !== undefined) call.workflowRunId = result.workflowRunId;
  if (result.isAsync) call.isAsync = true;
  if (result.permission !== undefined) call.permission = result.permission;
  if (ASKING_TOOLS.has(call.name)) call.waitIncluded = true;
  // `user_temporary`, `user_reject` and their like; rules, hooks and classifiers answer at once.
  else if (result.permission?.source !== undefined) call.waitIncluded = askedPerson(result.permission);
  else if (call.denialKind === "user-rejected") call.waitIncluded = true;
  if (content === "none") return;
  if (result.pullRequest !== undefined) call.details = { ...call.details, pullRequest: result.pullRequest };
  const error = call.outcome === "error" ? errorLine(result.text) : undefined;
  if (error !== undefined) call.details = { ...call.details, error };
  if (content === "full" && call.content !== undefined) call.content.result = keptText(result.text);
}

/** A rule that refuses answers at once, although the client writes `user_reject` for it (2.1.332). */
function askedPerson({ decision, source, reason }: RecordedPermission): boolean {
  return /^user/.test(source ?? "") && !(decision === "reject" && reason === "rule");
}

/** As docs/develop/transcript-format.md says; clients without `toolDenialKind` say it only in the text of the result. */
function outcomeOf(result: ToolResult): ToolOutcome {
  switch (result.denialKind) {
    case undefined:
      break;
    case "interrupted":
      return "interrupted";
    case "user-rejected":
      // Esc while the tool runs is written as a rejection too, but not as one before the run.
      return result.deniedBeforeRun ? "denied" : "interrupted";
    default:
      return "denied";
  }
  if (!result.isError) return "ok";
  if (result.permission?.decision === "reject") return "denied";
  if (result.text.startsWith("[Request interrupted by user")) return "interrupted";
  return denialKindIn(result.text) === undefined ? "error" : "denied";
}

/** In the words of clients that write `toolDenialKind`. */
function denialKindIn(resultText: string): string | undefined {
  return DENIALS.find(([start]) => resultText.startsWith(start))?.[1];
}

const DENIALS = [
  ["The user doesn't want to ", "user-rejected"],
  ["Permission to use ", "permission-rule"],
  ["Claude requested permissions to ", "permission-rule"],
  ["<tool_use_error>File is in a directory that is denied by your permission settings", "permission-rule"],
] as const;

/** The finished call; one without a result was interrupted when its conversation ended. */
export function finishCall(draft: ToolDraft, lastMs: number): ToolCall {
  const { key, id, name, startMs } = draft;
  const call: ToolCall = {
    key,
    id,
    name,
    startMs,
    endMs: draft.endMs ?? Math.max(lastMs, startMs),
    outcome: draft.outcome ?? "interrupted",
  };
  if (draft.denialKind !== undefined) call.denialKind = draft.denialKind;
  if (draft.work !== undefined) call.work = draft.work;
  if (draft.permission !== undefined) call.permission = draft.permission;
  if (draft.waitIncluded !== undefined) call.waitIncluded = draft.waitIncluded;
  if (draft.findings !== undefined) call.findings = draft.findings;
  if (draft.details !== undefined) call.details = draft.details;
  if (draft.content !== undefined) call.content = draft.content;
  return call;
}
