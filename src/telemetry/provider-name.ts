import type { LlmRequest } from "../session/model.ts";

/** The value of `gen_ai.provider.name`. The form of the model's name and the message id tells which cloud it is. */
export function providerOf(request: Pick<LlmRequest, "id" | "requestedModel"> | undefined): string {
  if (request === undefined) return "anthropic";
  const model = request.requestedModel;
  if (request.id?.startsWith("msg_bdrk_") || /^(arn:aws|([a-z-]+\.)?anthropic\.)/.test(model))
    return "aws.bedrock";
  if (request.id?.startsWith("msg_vrtx_") || model.includes("@")) return "gcp.vertex_ai";
  return "anthropic";
}
