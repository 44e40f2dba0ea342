import { renameSync } from "node:fs";
import { MAX_BYTES, readText, UnfitFileError } from "../disk/read.ts";
import { isMissing } from "../files/file-position.ts";
import type { Outcome } from "../otlp/outcome.ts";
import type { Finished } from "../session/model.ts";
import type { Change } from "../state/commit.ts";
import { commit } from "../state/commit.ts";
import type { Home } from "../state/home.ts";
import { observeExport } from "../telemetry/metrics/health.ts";
import type { Observation } from "../telemetry/metrics/observation.ts";
import { observe } from "../telemetry/metrics/observe.ts";
import { parseMetricsState } from "../telemetry/metrics/parse-state.ts";
import { toResourceMetrics } from "../telemetry/metrics/points.ts";
import { acknowledge, giveUp, nextRequest, refuse } from "../telemetry/metrics/request.ts";
import { metricsIdentity, metricsResource } from "../telemetry/metrics/resource.ts";
import { addObservations, type MetricsState, newMetricsState } from "../telemetry/metrics/state.ts";
import type { Counter } from "./deliver.ts";
import type { Destination } from "./destination.ts";

/**
 * The memory of the one long-lived meter that the state folder is. What a delivery observes is tentative until its
 * position is committed: then both are written as one.
 */
export interface Meter {
  observe(pieces: Finished[], options: { project: boolean }): void;
  /** Counts what was observed; what must be written together with the position, or undefined when there is nothing. */
  takeChange(): Change | undefined;
  /** Forgets what was observed: it was not delivered, and will be observed again. */
  discard(): void;
  /** Sends what has not been acknowledged. Returns what went wrong. */
  send(destination: Destination, isHeld: () => boolean): Promise<Outcome | undefined>;
}

/** Points of a request that is tried again smaller, after a backend found one too large or did not like it. */
const SMALLER_REQUEST = 100;

/** Requests of one `send`: births and values of every series, and a few that were refused. */
const MAX_REQUESTS = 40;

export function openMeter(home: Home, nowMs: () => number, log: (line: string) => void): Meter {
  let observed: Observation[] = [];
  let loaded: MetricsState | undefined;
  /** Counted, and perhaps not yet on disk. */
  let uncommitted = false;
  const state = () => {
    loaded ??= loadState(home, nowMs, log);
    return loaded;
  };
  const change = (): Change => ({ path: home.metrics, content: JSON.stringify(state()) });

  async function sendNext(
    destination: Destination,
    maxPoints: number | undefined,
  ): Promise<Outcome | "nothing"> {
    const { sender, metrics } = destination;
    if (metrics === undefined) return "nothing";
    const request = nextRequest(state(), nowMs(), {
      temporality: metrics.temporality,
      identity: metricsIdentity(metrics.url, metrics.resource),
      ...(maxPoints === undefined ? {} : { maxPoints }),
    });
    if (request === undefined) return "nothing";
    // Written down before it is sent: whether an answer comes or not, the next process knows what the backend may have.
    commit(home, [change()]);
    const startMs = nowMs();
    const outcome = await sender.send(
      "metrics",
      toResourceMetrics(request, metricsResource(metrics.resource)),
    );
    note(state(), request.token, outcome);
    const rejected = outcome.kind === "partial" ? outcome.rejected : 0;
    addObservations(
      state(),
      observeExport({
        signal: "metrics",
        exported: isTaken(outcome) ? request.points.length - rejected : 0,
        ...(rejected > 0 ? { failed: rejected, errorType: "rejected" } : {}),
        durationMs: Math.max(0, nowMs() - startMs),
      }),
    );
    return outcome;
  }

  return {
    observe(pieces, options) {
      uncommitted = false;
      observed.push(...observe(pieces, options));
    },
    takeChange() {
      if (observed.length === 0) return undefined;
      addObservations(state(), observed);
      observed = [];
      uncommitted = true;
      return change();
    },
    discard() {
      observed = [];
      // The commit failed: what is on disk is what counts.
      if (uncommitted) loaded = undefined;
      uncommitted = false;
    },
    async send(destination, isHeld) {
      let maxPoints: number | undefined;
      for (let count = 0; count < MAX_REQUESTS && isHeld(); count++) {
        const outcome = await sendNext(destination, maxPoints);
        if (outcome === "nothing") return undefined;
        if (!isHeld()) return undefined;
        commit(home, [change()]);
        if (isTaken(outcome)) continue;
        const mayShrink = outcome.kind === "refused" || outcome.kind === "too_large";
        if (!mayShrink || maxPoints === SMALLER_REQUEST) return outcome;
        maxPoints = SMALLER_REQUEST;
      }
      return undefined;
    },
  };
}

/**
 * What a delivery to this backend counts: sessions that a hook has named, whoever sends them; others only on request,
 * since counters know no yesterday. Undefined: nothing is counted where metrics are not wanted.
 */
export function counterFor(meter: Meter, { metrics }: Destination, countAll: boolean): Counter | undefined {
  if (metrics === undefined) return undefined;
  return {
    observe: (pieces, saved) => {
      if (saved.hookSeen || countAll) meter.observe(pieces, { project: metrics.project });
    },
    takeChange: () => meter.takeChange(),
    discard: () => meter.discard(),
  };
}

/** The saved meter; a damaged one is moved aside, and a new meter begins. */
function loadState(home: Home, nowMs: () => number, log: (line: string) => void): MetricsState {
  let text: string;
  try {
    text = readText(home.metrics, MAX_BYTES.state);
  } catch (error) {
    if (isMissing(error)) return newMetricsState(nowMs());
    if (!(error instanceof UnfitFileError)) throw error;
    text = "";
  }
  const saved = parseMetricsState(text);
  if (saved !== undefined) return saved;
  log(`${home.metrics} was damaged and has been moved aside; the counters begin anew`);
  renameSync(home.metrics, `${home.metrics}.damaged`);
  return newMetricsState(nowMs());
}

function isTaken(outcome: Outcome): boolean {
  return outcome.kind === "success" || outcome.kind === "partial";
}

function note(state: MetricsState, token: string, outcome: Outcome): void {
  if (isTaken(outcome)) acknowledge(state, token);
  else if (outcome.kind === "refused" || outcome.kind === "too_large") giveUp(state, token);
  else if (outcome.kind === "blocked" || isCertainlyLost(outcome)) refuse(state, token);
  // Else the backend may have it: the next request decides.
}

/** No connection came about, or the backend said that it takes nothing now. */
function isCertainlyLost(outcome: Outcome): boolean {
  if (outcome.kind !== "retryable") return false;
  return (
    [429, 503].includes(outcome.status ?? 0) || ["ECONNREFUSED", "ENOTFOUND"].includes(outcome.code ?? "")
  );
}
