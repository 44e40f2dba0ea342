import type { LlmRequest, Subagent, ToolCall, Turn } from "../session/model.ts";

/**
 * The one place that decides which content leaves: what a person, a model, a command or a file said. At level `none`
 * the session model holds none of it, so nothing here has anything to give.
 */

export function turnContent(_turn: Turn): Record<string, string> {
  return {};
}

export function chatContent(_request: LlmRequest): Record<string, string> {
  return {};
}

export function toolContent(_call: ToolCall): Record<string, string> {
  return {};
}

/** The description is written by the model. */
export function describesAgent(_subagent: Subagent): Record<string, string> {
  return {};
}
