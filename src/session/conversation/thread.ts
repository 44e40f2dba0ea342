import type { ApiFailure, LlmRequest, Retry } from "../model.ts";
import type { ToolDraft } from "./tool-call.ts";

/**
 * One conversation with the model while it goes on: a turn of the main file or a subagent. Plain JSON, so that it can be
 * saved between any two records.
 */
export interface ThreadState {
  requests: RequestDraft[];
  toolCalls: ToolDraft[];
  /** `api-request` records that no response has answered yet. */
  attempts: Attempt[];
  /** Failed attempts since the last response. */
  retries: Retry[];
  /** Files that it has written, as hashes. */
  files?: number[];
  /** Latest time of a prompt, response, result or interrupt. */
  lastMs?: number;
  /** What the conversation did last; decides how it ended. */
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
  error?: ApiFailure;
  /** What it began with, where that is kept: only for agents, only at content level `full`. */
  prompt?: string;
}

export interface Attempt {
  id: string;
  atMs: number;
  model?: string;
}

/** A request whose lines may still be coming. */
export interface RequestDraft
  extends Omit<LlmRequest, "costUsd" | "costSource" | "clientUsd" | "contextUsedRatio"> {
  lines: ResponseLines;
  /** The session that counts it, when that is another one. */
  copiedFrom?: string;
  /** Times of the blocks that asked for something, and of those that brought advice. */
  askedMs?: number[];
  advisedMs?: number[];
}

/** What the lines of a response have said of it so far, by which the next one is recognised. */
export interface ResponseLines {
  messageId: string;
  requestRef?: string;
  /** Of the last line. */
  blockIndex?: number;
  /** A prompt or a tool's result came after the last line. */
  isInterrupted?: true;
}
