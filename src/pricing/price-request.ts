import type { LlmRequest } from "../session/model.ts";
import type { SessionOptions } from "../session/options.ts";
import { promptTokens } from "../session/sums/usage.ts";
import { clientUsdAt, costAt } from "./cost.ts";
import { parsePriceFile } from "./price-file.ts";
import { type PriceRows, type Resolved, resolveModel } from "./resolve.ts";

/** The largest context window of any model. A prompt above its model's window was sent to the `[1m]` form. */
const LARGEST_WINDOW = 1_000_000;

/**
 * Creates the function that returns the cost of a finished request and its share of the context window. `priceFile`:
 * the text of a user's price file, or its rows. A file with errors is ignored; `parsePriceFile` returns the errors.
 */
export function createAppraiser(priceFile?: string | PriceRows): SessionOptions["appraise"] {
  const own = typeof priceFile === "string" ? (parsePriceFile(priceFile).rows ?? {}) : (priceFile ?? {});
  // Cached, because a session asks for the same few models thousands of times.
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

/** Prompt tokens divided by the model's window, from 0 to 1; undefined if the client wrote no tokens. */
function contextUsedRatio(request: LlmRequest, { contextWindow }: Resolved): number | undefined {
  const tokens = promptTokens(request.usage);
  if (tokens === 0) return undefined;
  // Older clients write `claude-sonnet-4-5` for `claude-sonnet-4-5[1m]`, too. A larger prompt shows which one it was.
  const window = tokens > contextWindow ? Math.max(contextWindow, LARGEST_WINDOW) : contextWindow;
  return Math.min(1, tokens / window);
}
