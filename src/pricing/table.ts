/** List prices of one model: USD per million tokens, web searches in USD each. */
export interface Price extends TokenPrices {
  webSearch: number;
  /** Prices that apply instead if the response says `speed: fast`. */
  fast?: TokenPrices;
  /**
   * Prices that apply instead, also to output, if the request's whole prompt has more tokens than `abovePromptTokens`.
   */
  longContext?: TokenPrices & { abovePromptTokens: number };
  /** Maximum tokens of a prompt. */
  contextWindow: number;
}

/** Prices in USD per million tokens, by kind of tokens. */
export interface TokenPrices {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
}

/** Date of the table, and the client version whose prices it holds. docs/use/prices.md says how to update it. */
export const TABLE_DATE = "2026-11-21";
export const TABLE_CLIENT = "2.1.329";

/** The order of the numbers in the rows below: input, output, cache read, cache write 5 min, cache write 1 h. */
function tokens(
  input: number,
  output: number,
  cacheRead: number,
  cacheWrite5m: number,
  cacheWrite1h: number,
): TokenPrices {
  return { input, output, cacheRead, cacheWrite5m, cacheWrite1h };
}

const WEB_SEARCH = 0.01;
const K200 = { webSearch: WEB_SEARCH, contextWindow: 200_000 };
const M1 = { webSearch: WEB_SEARCH, contextWindow: 1_000_000 };

/**
 * Claude Code's own price table, found by running the client: one request for each kind of token and model against a
 * scripted API. Opus 4.0 and 4.1 have rows although the client replaces them by Opus 5.5 at the first-party API. A
 * transcript names the model that was sent, so it names them only if they were used (Bedrock, Vertex, old clients).
 */
export const PRICES: Readonly<Record<string, Price>> = {
  "claude-opus-5-5": { ...tokens(4, 20, 0.2, 5, 8), fast: tokens(8, 40, 0.4, 10, 16), ...M1 },
  "claude-opus-5": { ...tokens(5, 25, 0.5, 6.25, 10), fast: tokens(10, 50, 1, 12.5, 20), ...M1 },
  "claude-opus-4-8": { ...tokens(5, 25, 0.5, 6.25, 10), fast: tokens(10, 50, 1, 12.5, 20), ...M1 },
  "claude-opus-4-7": { ...tokens(5, 25, 0.5, 6.25, 10), fast: tokens(30, 150, 3, 37.5, 60), ...M1 },
  "claude-opus-4-6": { ...tokens(5, 25, 0.5, 6.25, 10), fast: tokens(30, 150, 3, 37.5, 60), ...K200 },
  "claude-opus-4-5": { ...tokens(5, 25, 0.5, 6.25, 10), ...K200 },
  "claude-opus-4-1": { ...tokens(15, 75, 1.5, 18.75, 30), ...K200 },
  "claude-opus-4-0": { ...tokens(15, 75, 1.5, 18.75, 30), ...K200 },
  "claude-sonnet-5-5": { ...tokens(2, 10, 0.1, 2.5, 4), ...M1 },
  "claude-sonnet-5": { ...tokens(2, 10, 0.2, 2.5, 4), ...M1 },
  "claude-sonnet-4-6": { ...tokens(3, 15, 0.3, 3.75, 6), ...K200 },
  "claude-sonnet-4-5": { ...tokens(3, 15, 0.3, 3.75, 6), ...K200 },
  "claude-sonnet-4-0": { ...tokens(3, 15, 0.3, 3.75, 6), ...K200 },
  "claude-3-7-sonnet": { ...tokens(3, 15, 0.3, 3.75, 6), ...K200 },
  "claude-3-5-sonnet": { ...tokens(3, 15, 0.3, 3.75, 6), ...K200 },
  "claude-haiku-5-5": {
    ...tokens(0.1, 0.5, 0.01, 0.125, 0.2),
    longContext: { abovePromptTokens: 100_000, ...tokens(0.5, 2.5, 0.05, 0.625, 1) },
    ...M1,
  },
  "claude-haiku-4-5": { ...tokens(1, 5, 0.1, 1.25, 2), ...K200 },
  "claude-3-5-haiku": { ...tokens(0.8, 4, 0.08, 1, 1.6), ...K200 },
  "claude-fable-5-2": { ...tokens(8, 40, 0.2, 10, 16), fast: tokens(16, 80, 0.4, 20, 32), ...M1 },
  "claude-fable-5-1": { ...tokens(10, 50, 0.25, 12.5, 20), ...M1 },
  "claude-fable-5": { ...tokens(10, 50, 1, 12.5, 20), ...M1 },
  "claude-mythos-5-2": { ...tokens(8, 40, 0.2, 10, 16), fast: tokens(16, 80, 0.4, 20, 32), ...M1 },
  "claude-mythos-5-1": { ...tokens(10, 50, 0.25, 12.5, 20), ...M1 },
  "claude-mythos-5": { ...tokens(10, 50, 1, 12.5, 20), ...M1 },
};

/** Names that do not contain the name of their model's row, with that row. */
export const ALIASES: Readonly<Record<string, string>> = {
  "claude-opus-4": "claude-opus-4-0",
  "claude-sonnet-4": "claude-sonnet-4-0",
};
