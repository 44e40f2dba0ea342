import type { LlmRequest } from "../session/model.ts";

/** The well-known value of `gen_ai.provider.name`, from the forms of model and message ids that each cloud uses. */
export function providerOf(request: Pick<LlmRequest, "id" | "requestedModel"> | undefined): string {
  if (request === undefined) return "anthropic";
  const model = request.requestedModel;
  if (request.id?.startsWith("msg_bdrk_") || /^(arn:aws|([a-z-]+\.)?anthropic\.)/.test(model))
    return "aws.bedrock";
  if (request.id?.startsWith("msg_vrtx_") || model.includes("@")) return "gcp.vertex_ai";
  return "anthropic";
}
