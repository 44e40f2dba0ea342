import type { ContentLevel } from "../../choices.ts";
import { sha256 } from "../../sha256.ts";
import { object, text } from "../../transcript/fields.ts";
import type { AssistantRecord, HookRecord, ToolResult } from "../../transcript/record.ts";
import type { RecordedPermission, ToolCall, ToolOutcome } from "../model.ts";
import { ASKING_TOOLS } from "../tool-names.ts";
import { keptInput, keptText } from "./content-limits.ts";
import { skillKey } from "./skill-key.ts";
import { errorLine, toolDetails } from "./tool-details.ts";
import { askedNobody, denialKindIn, mayBeEsc, outcomeOf, wasUnasked } from "./tool-outcome.ts";
import { fileToWrite } from "./work.ts";

/** A tool call that may still run, with the data that links it to an agent. */
export interface ToolDraft extends Omit<ToolCall, "endMs" | "outcome" | "subagent"> {
  endMs?: number;
  outcome?: ToolOutcome;
  /** Hash of the prompt that an agent was started with. It links agents that have no other link. */
  promptHash?: string;
  /** The file that the call is to write, as a hash. */
  file?: number;
  agentId?: string;
  /** A finished agent that the call gave more work. */
  resumedAgentId?: string;
  /** `uuid` of the record that contains the call. */
  rowUuid?: string;
  /** The session that counts the call, when that is another one. */
  copiedFrom?: string;
  /** The type of agent that was requested. */
  agentType?: string;
  /** The name that an agent was given. It links teammates, whose prompts are wrapped in a message. */
  agentName?: string;
  /** The name of the folder with the agents that a workflow started. */
  workflowRunId?: string;
  /** The agent continues after the call. */
  isAsync?: boolean;
  /** What a hook said against the call, as a hash. If that is its result, the call was denied. */
  objection?: string;
  /** The skill that the call runs, as `skillKey`. Some skills run in an agent. */
  skill?: number;
  /** A skill that the client still names, although it had ended when the call was made. */
  endedSkill?: string;
}

/** The tool had the name `Task` before 2.1. */
const AGENT_TOOLS = new Set(["Agent", "Task"]);

/** Whether the call is one of a tool that starts an agent. */
export function startsAgent(call: Pick<ToolDraft, "name">): boolean {
  return AGENT_TOOLS.has(call.name);
}

/** Few enough to be complete after the text was escaped and cut (`MIN_STRING_BYTES`). */
const HASHED_CHARACTERS = 160;

/** A teammate gets its prompt as a message. */
const MESSAGE = /^<teammate-message\b[^>]*>\n?/;

/**
 * Hashes the beginning of a prompt: equal texts have equal hashes. Long texts are cut at the same place wherever they
 * occur.
 */
export function promptHash(prompt: string): string {
  const message = MESSAGE.exec(prompt);
  const said =
    message === null ? prompt : prompt.slice(message[0].length).replace(/\n<\/teammate-message>\s*$/, "");
  return beginningHash(said);
}

function beginningHash(said: string): string {
  return sha256(said.slice(0, HASHED_CHARACTERS)).slice(0, 16);
}

/** The calls in one line of a response. */
export function callsOf(record: AssistantRecord, atMs: number, content: ContentLevel): ToolDraft[] {
  return record.blocks.flatMap((block, index) => {
    // A call without an id cannot be told from others.
    if (block.type !== "tool_use" || block.id === "") return [];
    const key = block.isUsedId ? `${block.id} ${record.uuid}/${index}` : block.id;
    const call: ToolDraft = { key, id: block.id, name: block.name, startMs: atMs, rowUuid: record.uuid };
    if (record.copiedFrom !== undefined) call.copiedFrom = record.copiedFrom;
    const input = startsAgent(call) ? object(block.input) : undefined;
    const prompt = text(input?.prompt);
    const agentType = text(input?.subagent_type);
    if (prompt !== undefined) call.promptHash = promptHash(prompt);
    if (agentType !== undefined) call.agentType = agentType;
    const skill = block.name === "Skill" ? text(object(block.input)?.skill) : undefined;
    if (skill !== undefined) call.skill = skillKey(skill);
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
 * The call that a result belongs to. When a gateway gives several calls one id, it is the call that the result's record
 * names, else the first one without a result, else the last one. Undefined when no call has the id. `calls` must only
 * grow.
 */
export function callOfResult(calls: readonly ToolDraft[], result: ToolResult): ToolDraft | undefined {
  const same = callsWithId(calls, result.toolUseId);
  const open = same.filter(({ endMs }) => endMs === undefined);
  return open.find(({ rowUuid }) => rowUuid === result.assistantUuid) ?? open[0] ?? same.at(-1);
}

/** Records what a hook said against a call that waits for its result. */
export function noteObjection(calls: readonly ToolDraft[], objection: HookRecord["objection"]): void {
  if (objection === undefined) return;
  const call = callsWithId(calls, objection.toolUseId).find(({ endMs }) => endMs === undefined);
  if (call !== undefined) call.objection = beginningHash(objection.reason);
}

/** Up to this many calls are searched for each result without an index. */
const FEW_CALLS = 32;

/** For each long conversation: its calls by their ids, and how many calls the index contains. */
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

/** Ends a call with its result. `atMs`: time of the result's record, in epoch ms. */
export function endCall(call: ToolDraft, result: ToolResult, atMs: number, content: ContentLevel): void {
  call.endMs = Math.max(atMs, call.startMs);
  call.outcome = outcomeOf(result, call.name);
  const { objection } = call;
  if (call.outcome === "error" && objection !== undefined && objection === beginningHash(result.text))
    call.outcome = "denied";
  if (call.outcome === "denied") {
    const denialKind = result.denialKind ?? denialKindIn(result.text);
    if (denialKind !== undefined) call.denialKind = denialKind;
    if (wasUnasked(result)) call.unasked = true;
  }
  if (result.agentId !== undefined) call.agentId = result.agentId;
  if (result.resumedAgentId !== undefined) call.resumedAgentId = result.resumedAgentId;
  if (result.teammate !== undefined) call.agentName = result.teammate;
  if (result.workflowRunId !== undefined) call.workflowRunId = result.workflowRunId;
  if (result.isAsync) call.isAsync = true;
  if (result.permission !== undefined) call.permission = result.permission;
  if (result.isSandboxed) call.isSandboxed = true;
  if (ASKING_TOOLS.has(call.name)) call.waitIncluded = !askedNobody(result);
  // Sources such as `user_temporary` and `user_reject` wait for a person. Rules, hooks and classifiers answer
  // immediately.
  else if (result.permission?.source !== undefined) call.waitIncluded = askedPerson(result.permission);
  else if (call.denialKind === "user-rejected") noteWait(call, result);
  if (content === "none") return;
  if (result.pullRequest !== undefined) call.details = { ...call.details, pullRequest: result.pullRequest };
  const error = call.outcome === "error" ? errorLine(result.text) : undefined;
  if (error !== undefined) call.details = { ...call.details, error };
  if (content === "full" && call.content !== undefined) call.content.result = keptText(result.text);
}

/**
 * Whether a person was asked. A rule that rejects a call answers immediately, although the client writes `user_reject`
 * for it (2.1.332).
 */
function askedPerson({ decision, source, reason }: RecordedPermission): boolean {
  return /^user/.test(source ?? "") && !(decision === "reject" && reason === "rule");
}

/** A text of a hook or of an SDK's permission callback does not say whether a person was asked. */
function noteWait(call: ToolDraft, result: ToolResult): void {
  if (askedNobody(result)) call.waitIncluded = false;
  else if (mayBeEsc(result) || denialKindIn(result.text) === "user-rejected") call.waitIncluded = true;
}

/** The finished call. A call without a result was interrupted when its conversation ended. */
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
  if (draft.unasked === true) call.unasked = true;
  if (draft.work !== undefined) call.work = draft.work;
  if (draft.permission !== undefined) call.permission = draft.permission;
  if (draft.isSandboxed === true) call.isSandboxed = true;
  if (draft.waitIncluded !== undefined) call.waitIncluded = draft.waitIncluded;
  if (draft.findings !== undefined) call.findings = draft.findings;
  if (draft.details !== undefined) call.details = draft.details;
  if (draft.content !== undefined) call.content = draft.content;
  return call;
}
