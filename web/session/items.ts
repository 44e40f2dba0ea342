import type { PageSession } from "../../src/page/model.ts";
import { duration, outputOf, percent, plural, short, time, usd } from "../format.ts";
import type { ItemRef } from "./rows.ts";
import { costOf } from "./sums.ts";

/** Describes an item in a few lines. The first line is its name. */
export function describeItem(page: PageSession, item: ItemRef): string[] {
  if (item.kind === "compaction") {
    const compaction = page.compactions[item.index];
    if (compaction === undefined) return [];
    const { preTokens, postTokens, startMs, endMs, trigger } = compaction;
    return [
      `Compaction${trigger === undefined ? "" : ` (${trigger})`}`,
      `${time(startMs)} · ${duration(endMs - startMs)}`,
      ...(preTokens === undefined || postTokens === undefined
        ? []
        : [`${short(preTokens)} → ${short(postTokens)} tokens`]),
    ];
  }
  if (item.kind === "turn") {
    const turn = page.turns[item.index];
    if (turn === undefined) return [];
    const requests = page.requests.filter((request) => request.turn === item.index);
    const { costUsd } = costOf(requests);
    return [
      `Turn ${turn.index}${turn.outcome === "completed" ? "" : ` · ${turn.outcome.replace("_", " ")}`}`,
      `${time(turn.startMs)} · ${duration(turn.endMs - turn.startMs)}`,
      [...(costUsd > 0 ? [usd(costUsd)] : []), plural(requests.length, "request")].join(" · "),
      ...(turn.prompt === undefined ? [] : [turn.prompt]),
    ];
  }
  if (item.kind === "request") {
    const request = page.requests[item.index];
    if (request === undefined) return [];
    const { tokens, costUsd, contextRatio } = request;
    const prompt = tokens.input + tokens.cacheRead + tokens.cacheWrite;
    return [
      request.model,
      `${time(request.startMs)} · ${duration(request.endMs - request.startMs)}${costUsd === undefined ? "" : ` · ${usd(costUsd)}`}`,
      `${short(prompt)} in, ${outputOf(request)} out${contextRatio === undefined ? "" : ` · context ${percent(contextRatio)}`}`,
      ...(request.error === undefined ? [] : [request.error]),
    ];
  }
  const call = page.calls[item.index];
  if (call === undefined) return [];
  return [
    call.outcome === "ok" ? call.name : `${call.name} · ${call.outcome}`,
    `${time(call.startMs)} · ${duration(call.endMs - call.startMs)}${call.waitIncluded ? ", with the wait for a person" : ""}`,
    ...(call.about === undefined ? [] : [call.about]),
    ...(call.error === undefined ? [] : [call.error]),
  ];
}

/** Returns all items of a kind. */
export function listOf<Kind extends ItemRef["kind"]>(page: PageSession, kind: Kind) {
  return { turn: page.turns, request: page.requests, call: page.calls, compaction: page.compactions }[kind];
}

/** Returns the start and end of an item in epoch ms. Returns 0 for both if the item is missing. */
export function timesOf(page: PageSession, { kind, index }: ItemRef): { startMs: number; endMs: number } {
  return listOf(page, kind)[index] ?? { startMs: 0, endMs: 0 };
}

/** A failed or denied item, or one that needed retries. */
export interface Trouble {
  item: ItemRef;
  startMs: number;
  what: string;
  why: string;
  /** The item that caused it. */
  cause?: ItemRef;
}

/** Returns the problems of a session in order of time. */
export function troublesOf(page: PageSession): Trouble[] {
  const troubles: Trouble[] = [];
  for (const [index, call] of page.calls.entries()) {
    if (call.outcome === "ok" || call.outcome === "unfinished") continue;
    troubles.push({
      item: { kind: "call", index },
      startMs: call.startMs,
      what: `${call.name} ${call.outcome === "error" ? "failed" : call.outcome}`,
      why: [call.about, call.error].filter(Boolean).join(" — "),
      ...causeOf(page, call),
    });
  }
  for (const [index, request] of page.requests.entries()) {
    const retries = request.retries ?? [];
    if (request.error === undefined && request.errorText === undefined && retries.length === 0) continue;
    const reasons = retries.flatMap(({ status, error }) => status ?? error ?? []);
    const tries = plural(retries.length, "retry", "retries");
    troubles.push({
      item: { kind: "request", index },
      startMs: request.startMs,
      what:
        request.error !== undefined
          ? "Request failed"
          : request.errorText === undefined
            ? "Request retried"
            : "Answer failed",
      why: [
        request.error,
        request.errorText,
        retries.length > 0 &&
          [tries, ...(reasons.length > 0 ? [`after ${reasons.join(", ")}`] : [])].join(" "),
      ]
        .filter(Boolean)
        .join(" — "),
      ...laneCause(page, request.lane),
    });
  }
  return troubles.sort((a, b) => a.startMs - b.startMs);
}

/**
 * Returns the cause of a failed call. A call that started an agent failed because of the agent's last failure. For any
 * other call it is the request that made it.
 */
function causeOf(page: PageSession, call: PageSession["calls"][number]): { cause?: ItemRef } {
  if (call.starts !== undefined) {
    const failed = page.requests.findLastIndex(
      ({ lane, error }) => lane === call.starts && error !== undefined,
    );
    if (failed !== -1) return { cause: { kind: "request", index: failed } };
    const tool = page.calls.findLastIndex(({ lane, outcome }) => lane === call.starts && outcome === "error");
    if (tool !== -1) return { cause: { kind: "call", index: tool } };
  }
  return call.request === undefined ? {} : { cause: { kind: "request", index: call.request } };
}

function laneCause(page: PageSession, lane: number): { cause?: ItemRef } {
  const call = page.lanes[lane]?.call;
  return call === undefined ? {} : { cause: { kind: "call", index: call } };
}

/** Returns the request or call before or after the selected item in order of time. After a turn comes its first one. */
export function neighbour(
  page: PageSession,
  selected: ItemRef | undefined,
  step: 1 | -1,
): ItemRef | undefined {
  const items = [
    ...page.requests.map(({ startMs }, index) => ({
      startMs,
      item: { kind: "request", index } satisfies ItemRef,
    })),
    ...page.calls.map(({ startMs }, index) => ({ startMs, item: { kind: "call", index } satisfies ItemRef })),
  ].sort((a, b) => a.startMs - b.startMs);
  const at = items.findIndex(({ item }) => item.kind === selected?.kind && item.index === selected.index);
  if (at !== -1) return items[at + step]?.item ?? selected;
  if (selected === undefined) return items.at(step === 1 ? 0 : -1)?.item;
  const { startMs } = timesOf(page, selected);
  const after = items.findIndex((item) => item.startMs >= startMs);
  return items[step === 1 ? after : (after === -1 ? items.length : after) - 1]?.item ?? selected;
}
