import type { ToolResult } from "../../transcript/record.ts";
import type { ApiFailure, Compaction, LlmRequest, Retry } from "../model.ts";
import type { ToolDraft } from "./tool-call.ts";

/**
 * One open conversation with the model: a turn of the main file, or a subagent. Plain JSON, so that it can be saved
 * between any two records.
 */
export interface ThreadState {
  requests: RequestDraft[];
  toolCalls: ToolDraft[];
  /** Results that the file holds above their calls. */
  early?: EarlyResult[] | undefined;
  /** `api-request` records without a response so far. */
  attempts: Attempt[];
  /** Failed attempts since the last response. */
  retries: Retry[];
  /** Only of agents. Those of the main conversation belong to a turn or stand between two. */
  compactions?: Compaction[];
  /** Files that the conversation has written, as hashes. */
  files?: number[];
  /** Latest time of a prompt, response, result or interrupt. */
  lastMs?: number;
  /** The last event of the conversation. It decides how the conversation ended. */
  last:
    | "prompt"
    | "tool_use"
    | "partial_answer"
    | "answer"
    | "tool_result"
    | "aborted"
    | "interrupt"
    | "error";
  /** The error, while `last` is `error`. */
  error?: ApiFailure | undefined;
  /** A running client still works on it. */
  isUnfinished?: true;
  /** The first prompt, if it is kept: only for agents, and only at content level `full`. */
  prompt?: string;
}

/** A tool result that was read before its call, and its time in epoch ms. */
export interface EarlyResult {
  result: ToolResult;
  atMs: number;
}

/** An `api-request` record: one HTTP attempt of a request. */
export interface Attempt {
  id: string;
  atMs: number;
  model?: string;
}

/** A request whose lines may still be arriving. */
export interface RequestDraft
  extends Omit<LlmRequest, "advisors" | "costUsd" | "costSource" | "clientUsd" | "contextUsedRatio"> {
  advisors?: LlmRequest[] | undefined;
  lines: ResponseLines;
  /** The session that counts the request, when that is another one. */
  copiedFrom?: string;
  /** Times of the blocks that called a tool of the API server, and of those that contain advice. */
  askedMs?: number[];
  advisedMs?: number[];
}

/** Facts from the lines of a response so far, by which the next line is recognized. */
interface ResponseLines {
  messageId: string;
  requestRef?: string;
  /** The highest so far. */
  blockIndex?: number;
  /** Lower ones that no line had so far: the order of lines need not be that of the blocks. */
  missing?: number[];
  /** The last attempt of a request that failed, if there were several. */
  final?: Attempt | undefined;
  /** A prompt or a tool result came after the last line. */
  isInterrupted?: true | undefined;
}
