import type { LlmRequest } from "../session/model.ts";
import type { SessionOptions } from "../session/options.ts";
import { promptTokens } from "../session/usage.ts";
import { costOf } from "./cost.ts";
import { parsePriceFile } from "./price-file.ts";
import { type PriceRows, resolveModel } from "./resolve.ts";

/** The largest window that any model has; a prompt beyond its model's own had the long form of it. */
const LARGEST_WINDOW = 1_000_000;

/**
 * What a session needs to know about money: price and size of a finished request. `priceFile`: the text of a user's price
 * file, or its rows. A file that cannot be used is left out; `parsePriceFile` says what is wrong with it.
 */
export function createAppraiser(priceFile?: string | PriceRows): SessionOptions["appraise"] {
  const own = typeof priceFile === "string" ? (parsePriceFile(priceFile).rows ?? {}) : (priceFile ?? {});
  return (request) => {
    const appraised: ReturnType<SessionOptions["appraise"]> = {};
    const cost = costOf(request, own);
    if (cost !== undefined) {
      appraised.costUsd = cost.usd;
      appraised.outputUsd = cost.outputUsd;
      appraised.costSource = cost.source;
      if (cost.source === "price_file") appraised.listUsd = costOf(request)?.usd ?? 0;
    }
    const ratio = contextUsedRatio(request, own);
    if (ratio !== undefined) appraised.contextUsedRatio = ratio;
    return appraised;
  };
}

/** Prompt tokens by the model's window, 0 to 1; undefined for an unknown model and where the client names no tokens. */
function contextUsedRatio(request: LlmRequest, own: PriceRows): number | undefined {
  const tokens = promptTokens(request.usage);
  const window = resolveModel(request.requestedModel, own)?.contextWindow;
  if (window === undefined || tokens === 0) return undefined;
  // Older clients write `claude-sonnet-4-5` for `claude-sonnet-4-5[1m]` too; what does not fit shows which one it was.
  return Math.min(1, tokens / (tokens > window ? Math.max(window, LARGEST_WINDOW) : window));
}
