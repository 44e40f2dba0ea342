import { defined } from "../objects.ts";
import type { Summary } from "../session/sums/summary.ts";
import { commandName } from "./command-name.ts";
import { type CallStep, type Conversation, isEdit, type RequestStep, type TurnRef } from "./steps.ts";
import { apiMessageOf } from "./subject.ts";

/**
 * `tool`: a call failed. `denied`: a person, rule or hook denied a call. `api`: a request, or an attempt of it, failed.
 */
type FailureKind = "tool" | "denied" | "api";

/** A tool call, as a failure describes it. */
export interface ToldCall {
  tool: string;
  about?: string;
  atMs: number;
  outcome: CallStep["outcome"];
}

/** A failure, what led to it, and what was done about it. */
export interface Failure {
  kind: FailureKind;
  atMs: number;
  project?: string;
  /** The turn that it happened in. */
  turn?: TurnRef;
  agent?: string;
  /** Tool of the failed call. */
  tool?: string;
  about?: string;
  /** Command name of a shell call: `npm test`. */
  command?: string;
  /** Why a call was denied, or the type of an API error. */
  reason?: string;
  /** The call was denied because nobody could be asked for an approval, whatever `reason` says. */
  unasked?: true;
  status?: number;
  /** The error message. */
  error?: string;
  /** The request that asked for the call, or that failed. */
  request?: { model: string; atMs: number; said?: string };
  /** The next call of the same conversation. */
  next?: ToldCall;
  /** Whether a later attempt worked. Undefined: it was not tried again. */
  worked?: boolean;
  /** Number of later attempts, up to and including the one that worked. */
  tries: number;
  /** The attempt that worked, and the time from the failure to its end. */
  fix?: ToldCall;
  workedAfterMs?: number;
}

/** Whether the session can have a failure, by its summary. Sessions without one need not be opened. */
export function hasFailure({ rows, hasBadAnswer }: Summary): boolean {
  if (hasBadAnswer) return true;
  return rows.some(
    ({ failedToolCalls, deniedToolCalls, failedRequests, retries, failedTurns }) =>
      !!failedToolCalls || !!deniedToolCalls || !!failedRequests || !!retries || !!failedTurns,
  );
}

/** Every failure of a session, sorted by time. */
export function failuresOf(conversations: readonly Conversation[]): Failure[] {
  return conversations.flatMap(failuresIn).sort((a, b) => a.atMs - b.atMs);
}

function failuresIn({ agent, steps }: Conversation): Failure[] {
  const calls = steps.filter((step) => step.kind === "call");
  const requests = steps.filter((step) => step.kind === "request");
  const failures = [
    ...calls.flatMap((call, index) => {
      if (call.outcome !== "error" && call.outcome !== "denied") return [];
      return [failureOfCall(call, requests, calls.slice(index + 1))];
    }),
    ...requests.flatMap((request, index) => {
      if (request.error !== undefined) return [failureOfRequest(request, requests.slice(index + 1))];
      return request.retries.length > 0 ? [failureOfAttempts(request)] : [];
    }),
  ];
  return agent === undefined ? failures : failures.map((failure) => ({ ...failure, agent: agent.type }));
}

function failureOfCall(
  call: CallStep,
  requests: readonly RequestStep[],
  after: readonly CallStep[],
): Failure {
  const command = call.command === undefined ? undefined : commandName(call.command);
  const asked = requestOf(call, requests);
  // The model wrote the calls of the same response before it knew the result, also those that began later.
  const later = after.filter(({ id, startMs }) => startMs >= call.endMs && !asked?.calls.includes(id));
  const [next] = later;
  return {
    kind: call.outcome === "denied" ? "denied" : "tool",
    ...placed(call.endMs, call.turn),
    tool: call.tool,
    ...defined({
      about: call.about,
      command,
      reason: call.denialKind,
      unasked: call.unasked,
      error: call.error,
      request: asked && toldRequest(asked),
      next: next && told(next),
    }),
    ...whatCame(call, command, later),
  };
}

/**
 * Later attempts at the same thing: the same file or command, otherwise the next call if it is of the same tool, and of
 * a shell's if it runs the same program.
 */
function whatCame(
  call: CallStep,
  command: string | undefined,
  later: readonly CallStep[],
): Pick<Failure, "worked" | "tries" | "fix" | "workedAfterMs"> {
  const aim = aimOf(call, command);
  const same = later
    .filter((other) => other.tool === call.tool || isEdit(other))
    .filter((other) => aimOf(other) === aim);
  const alike = same.length > 0 ? same : later.slice(0, 1).filter((next) => isAlike(next, call));
  // Whether a call that still runs will work is not known yet.
  const attempts = alike.filter(({ outcome }) => outcome !== "unfinished");
  const index = attempts.findIndex(({ outcome }) => outcome === "ok");
  const fix = attempts[index];
  if (fix === undefined) return neverWorked(attempts.length);
  return { worked: true, tries: index + 1, fix: told(fix), workedAfterMs: fix.endMs - call.endMs };
}

function neverWorked(tries: number): Pick<Failure, "worked" | "tries"> {
  return tries === 0 ? { tries } : { worked: false, tries };
}

function isAlike(call: CallStep, failed: CallStep): boolean {
  return call.tool === failed.tool && programOf(call) === programOf(failed);
}

function programOf({ command }: CallStep): string | undefined {
  return command === undefined ? undefined : commandName(command)?.replace(/ .*/, "");
}

function aimOf(
  call: CallStep,
  command = call.command === undefined ? undefined : commandName(call.command),
): string {
  if (command !== undefined) return `run ${command}`;
  if (isEdit(call)) return `edit ${call.file}`;
  return `${call.tool} ${call.about ?? call.inputHash}`;
}

/** The request that asked for the call. If several requests name its id, the last one that started before the call. */
function requestOf({ id, startMs }: CallStep, requests: readonly RequestStep[]): RequestStep | undefined {
  return requests.findLast((request) => request.startMs <= startMs && request.calls.includes(id));
}

/**
 * The failure of a request that failed after all retries. It worked later if a later request of the conversation did.
 */
function failureOfRequest(request: RequestStep, after: readonly RequestStep[]): Failure {
  const { error, turn } = request;
  const message = apiMessageOf(error?.message);
  const next = after.findIndex((other) => other.error === undefined);
  const found = after[next];
  return {
    kind: "api",
    ...placed(request.endMs, turn),
    ...defined({ reason: error?.type, status: error?.status, error: message }),
    request: toldRequest(request),
    ...(found === undefined
      ? neverWorked(after.length || request.retries.length)
      : { worked: true, tries: next + 1, workedAfterMs: found.endMs - request.endMs }),
  };
}

/** The failure of a request that worked after failed attempts. */
function failureOfAttempts(request: RequestStep): Failure {
  const first = request.retries[0];
  const { errorType, status, atMs = request.startMs } = first ?? {};
  return {
    kind: "api",
    ...placed(atMs, request.turn),
    ...defined({ reason: errorType, status }),
    request: toldRequest(request),
    worked: true,
    tries: request.retries.length,
    workedAfterMs: request.endMs - atMs,
  };
}

function placed(atMs: number, turn: TurnRef | undefined): Pick<Failure, "atMs" | "turn" | "project"> {
  return defined({ atMs, turn, project: turn?.project });
}

function told({ tool, about, startMs: atMs, outcome }: CallStep): ToldCall {
  return defined({ tool, about, atMs, outcome });
}

function toldRequest({ model, startMs: atMs, said }: RequestStep): NonNullable<Failure["request"]> {
  return defined({ model, atMs, said });
}
