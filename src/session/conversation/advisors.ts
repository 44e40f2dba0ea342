import type { AssistantRecord, RecordedAdvisor } from "../../transcript/record.ts";
import type { LlmRequest } from "../model.ts";
import { usageOf } from "../sums/usage.ts";
import type { RequestDraft } from "./thread.ts";
/** The request of a model that was asked within a response. `index`: its number within the response, from 0. */
export function advisorOf(
  draft: RequestDraft,
  { model, usage, isCompaction }: RecordedAdvisor,
  index: number,
): LlmRequest {
  const { startMs, endMs, speed, inferenceGeo, clientVersion, attribution } = draft;
  return {
    key: `${draft.key}/advisor/${index + 1}`,
    requestedModel: model,
    responseModel: model,
    startMs,
    endMs,
    usage: usageOf(usage),
    retries: [],
    isAdvisor: true,
    ...(isCompaction === undefined ? {} : { isCompaction }),
    ...(speed === undefined ? {} : { speed }),
    ...(inferenceGeo === undefined ? {} : { inferenceGeo }),
    ...(clientVersion === undefined ? {} : { clientVersion }),
    ...(attribution === undefined ? {} : { attribution }),
  };
}

/** Records the times of calls of server tools and of the advice, from which `advisorsOf` derives those of advisors. */
export function noteAdvice(draft: RequestDraft, { blocks, atMs }: AssistantRecord): void {
  if (atMs === undefined) return;
  for (const block of blocks) {
    if (block.type !== "other") continue;
    if (block.name === "server_tool_use") draft.askedMs = [...(draft.askedMs ?? []), atMs];
    if (block.name === "advisor_tool_result") draft.advisedMs = [...(draft.advisedMs ?? []), atMs];
  }
}

/** The requests of a response's advisors, with the bounds between which each took place. */
export function advisorsOf(draft: RequestDraft): LlmRequest[] {
  const { askedMs = [], advisedMs = [], advisors = [] } = draft;
  const asked = askedMs.slice(-advisedMs.length);
  return advisors.map((advisor, index) => {
    const endMs = advisedMs[index] ?? draft.endMs;
    return { ...advisor, startMs: Math.min(asked[index] ?? draft.startMs, endMs), endMs };
  });
}
