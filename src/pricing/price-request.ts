import type { LlmRequest } from "../session/model.ts";
import type { SessionOptions } from "../session/options.ts";
import { promptTokens } from "../session/sums/usage.ts";
import { clientUsdAt, costAt } from "./cost.ts";
import { parsePriceFile } from "./price-file.ts";
import { type PriceRows, type Resolved, resolveModel } from "./resolve.ts";

/** The largest window that any model has; a prompt beyond its model's own had the long form of it. */
const LARGEST_WINDOW = 1_000_000;

/**
 * What a session needs to know about money: price and size of a finished request. `priceFile`: the text of a user's price
 * file, or its rows. A file that cannot be used is left out; `parsePriceFile` says what is wrong with it.
 */
export function createAppraiser(priceFile?: string | PriceRows): SessionOptions["appraise"] {
  const own = typeof priceFile === "string" ? (parsePriceFile(priceFile).rows ?? {}) : (priceFile ?? {});
  // A session asks for the same few models thousands of times.
  let last: { model: string; resolved: Resolved | undefined; listed: Resolved | undefined } | undefined;
  return (request) => {
    const model = request.requestedModel;
    if (last?.model !== model) {
      last = { model, resolved: resolveModel(model, own), listed: resolveModel(model) };
    }
    return last.resolved === undefined ? {} : appraise(request, last.resolved, last.listed);
  };
}

function appraise(
  request: LlmRequest,
  resolved: Resolved,
  listed: Resolved | undefined,
): ReturnType<SessionOptions["appraise"]> {
  const { usd, outputUsd, source } = costAt(request, resolved);
  const clientUsd = listed === undefined ? 0 : clientUsdAt(request, listed);
  const ratio = contextUsedRatio(request, resolved);
  return {
    costUsd: usd,
    outputUsd,
    costSource: source,
    ...(source === "price_file" || clientUsd !== usd ? { clientUsd } : {}),
    ...(ratio === undefined ? {} : { contextUsedRatio: ratio }),
  };
}

/** Prompt tokens by the model's window, 0 to 1; undefined where the client names no tokens. */
function contextUsedRatio(request: LlmRequest, { contextWindow }: Resolved): number | undefined {
  const tokens = promptTokens(request.usage);
  if (tokens === 0) return undefined;
  // Older clients write `claude-sonnet-4-5` for `claude-sonnet-4-5[1m]` too; what does not fit shows which one it was.
  const window = tokens > contextWindow ? Math.max(contextWindow, LARGEST_WINDOW) : contextWindow;
  return Math.min(1, tokens / window);
}
