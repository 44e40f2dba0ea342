import type { PageCall, PageRequest, PageSession } from "../../src/page/model.ts";

/** What follows what in the conversations of a session. All values are indexes of its lists, or tokens. */
export interface Relations {
  /** The request after a call in the same conversation: it is the first one that has the call's result. */
  nextRequest: (call: number) => number | undefined;
  /** The first call in the same conversation that the model made when it knew the result of a call. */
  nextCall: (call: number) => number | undefined;
  /** The calls whose results a request is the first to have. */
  callsBefore: (request: number) => readonly number[];
  /**
   * How many tokens the prompt of a request has more than the prompt and the answer of the request before it in the
   * same conversation: what results and prompts added. Undefined for the first request, and if the context shrank.
   */
  grown: (request: number) => number | undefined;
  /** How many tokens the result of a call added to the context. With `isShared`, other results are part of it. */
  added: (call: number) => { tokens: number; isShared: boolean } | undefined;
}

export function promptOf({ tokens }: PageRequest): number {
  return tokens.input + tokens.cacheRead + tokens.cacheWrite;
}

/** Finds the relations of all items. */
export function relationsOf(page: PageSession): Relations {
  const nextRequest = new Map<number, number>();
  const nextCall = new Map<number, number>();
  const callsBefore = new Map<number, number[]>();
  const grown = new Map<number, number>();
  const requests = byLane(page, page.requests);
  for (const [lane, calls] of byLane(page, page.calls).entries()) {
    const own = requests[lane] ?? [];
    for (const call of calls) {
      const { endMs } = page.calls[call] as PageCall;
      const request = firstFrom(page.requests, own, endMs);
      if (request !== undefined) {
        nextRequest.set(call, request);
        callsBefore.set(request, [...(callsBefore.get(request) ?? []), call]);
      }
      const after =
        request === undefined
          ? undefined
          : firstFrom(page.calls, calls, page.requests[request]?.startMs ?? 0);
      if (after !== undefined) nextCall.set(call, after);
    }
    addGrowth(page, lane, own, grown);
  }
  return {
    nextRequest: (call) => nextRequest.get(call),
    nextCall: (call) => nextCall.get(call),
    callsBefore: (request) => callsBefore.get(request) ?? [],
    grown: (request) => grown.get(request),
    added: (call) => {
      const next = nextRequest.get(call);
      const tokens = next === undefined ? undefined : grown.get(next);
      if (next === undefined || tokens === undefined) return undefined;
      return { tokens, isShared: (callsBefore.get(next) ?? []).length > 1 };
    },
  };
}

function addGrowth(
  page: PageSession,
  lane: number,
  own: readonly number[],
  grown: Map<number, number>,
): void {
  const compactions = page.compactions.filter((compaction) => compaction.lane === lane);
  let before: PageRequest | undefined;
  for (const index of own) {
    const request = page.requests[index] as PageRequest;
    // An advisor is asked within a request, with a prompt of its own.
    if (request.error !== undefined || promptOf(request) === 0 || request.isAdvisor) continue;
    const [fromMs, toMs] = [before?.endMs ?? 0, request.startMs];
    const isCompacted = compactions.some(({ startMs, endMs }) => endMs >= fromMs && startMs <= toMs);
    const more = before && promptOf(request) - promptOf(before) - before.tokens.output;
    if (more !== undefined && more > 0 && !isCompacted) grown.set(index, more);
    before = request;
  }
}

/** Returns the indexes of the items of each conversation, in order of time. */
function byLane(page: PageSession, items: readonly { lane: number; startMs: number }[]): number[][] {
  const lanes = page.lanes.map((): number[] => []);
  for (const [index, { lane }] of items.entries()) lanes[lane]?.push(index);
  const startOf = (index: number) => items[index]?.startMs ?? 0;
  for (const lane of lanes) lane.sort((a, b) => startOf(a) - startOf(b));
  return lanes;
}

/** Returns the first of the sorted indexes whose item begins at or after that time. */
function firstFrom(
  items: readonly { startMs: number }[],
  sorted: readonly number[],
  ms: number,
): number | undefined {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[sorted[middle] as number]?.startMs ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return sorted[low];
}
