import type { MetricAttribute, Semconv, Temporality } from "../../choices.ts";
import { readInbox } from "../../hook/inbox.ts";
import { isAccepted as isTaken, type Outcome } from "../../otlp/outcome.ts";
import type { Sender } from "../../otlp/sender.ts";
import { commit } from "../../state/commit.ts";
import { drawsStatusLine, readStatusLines } from "../../state/statusline.ts";
import type { World } from "../../state/world.ts";
import { observeBacklog, observeExport } from "../../telemetry/metrics/health.ts";
import type { Observation } from "../../telemetry/metrics/observation.ts";
import { observe } from "../../telemetry/metrics/observe.ts";
import { metricsPayload } from "../../telemetry/metrics/payload.ts";
import { acknowledge, giveUp, nextRequest, refuse } from "../../telemetry/metrics/request.ts";
import { metricsIdentity, metricsResource } from "../../telemetry/metrics/resource.ts";
import { addObservations, type MetricsState } from "../../telemetry/metrics/state.ts";
import { observeStatusLines } from "../../telemetry/metrics/status-line.ts";
import type { ResourceFacts } from "../../telemetry/resource.ts";
import { countedOf, noteCounted } from "./counted.ts";
import { exportResult } from "./export-result.ts";
import type { Meter } from "./meter.ts";
import { NOTHING_SETTLED, NOTHING_WAITS, type Outlet, type OutletSession, type Parcel } from "./outlet.ts";

export interface MetricsOptions {
  url: string;
  sender: Sender;
  meter: Meter;
  temporality: Temporality;
  resource: ResourceFacts;
  /** Attributes that points have only on request. */
  attributes: readonly MetricAttribute[];
  semconv: Semconv;
  /**
   * Which sessions count. `hooked`: those that a hook has named. `all`: every session, on request only, because
   * counters cannot be backdated. `none`: no session, for example at a destination to which no hook sends.
   */
  counts: "hooked" | "all" | "none";
}

/** Number of points in a smaller request, which follows a rejected or too large one. */
const SMALLER_REQUEST = 100;

/**
 * Most requests of one `flush`. Enough for the first points and values of all series and for a few rejected requests.
 */
const MAX_REQUESTS = 40;

/**
 * Counts finished pieces. The observations of a delivery are tentative until its position is committed; both are
 * written in one commit. `flush` sends the points, independently of the position: if a request is lost, the counters
 * still have the values.
 */
export function createMetrics(options: MetricsOptions, world: World): Outlet {
  const { url, sender, meter } = options;

  async function sendNext(maxPoints: number | undefined): Promise<Outcome | "nothing"> {
    const request = nextRequest(meter.state(), world.nowMs(), {
      temporality: options.temporality,
      identity: metricsIdentity(url, options.resource),
      ...(maxPoints === undefined ? {} : { maxPoints }),
    });
    if (request === undefined) return "nothing";
    // Saved before sending, so that the next process knows what the backend may have, even without an answer.
    commit(world.home, [meter.change()]);
    const startMs = world.nowMs();
    const payload = metricsPayload(request, metricsResource(options.resource), options.semconv);
    const outcome = await sender.send("metrics", payload);
    note(meter.state(), request.token, outcome);
    const durationMs = Math.max(0, world.nowMs() - startMs);
    const result = exportResult("metrics", request.points.length, outcome, durationMs);
    addObservations(meter.state(), observeExport(result));
    return outcome;
  }

  /** Observes what Claude Code has told status lines since the last call. The next commit saves the counts. */
  function observeStatusLine(): void {
    const said = drawsStatusLine(world.home)
      ? readStatusLines(world.home, meter.state().statusLine?.untilMs ?? 0)
      : [];
    if (said.length === 0) return;
    const memory = meter.state().statusLine ?? { untilMs: 0, sessions: {} };
    meter.state().statusLine = memory;
    addObservations(meter.state(), observeStatusLines(memory, said));
  }

  function open({ sessionId }: OutletSession): Parcel {
    let observed: Observation[] = [];
    /** Whether the counts are in memory and may not be on disk. */
    let isUncommitted = false;
    return {
      take(pieces) {
        isUncommitted = false;
        observed.push(...observe(pieces, { attributes: options.attributes, semconv: options.semconv }));
      },
      waiting: NOTHING_WAITS,
      settle: async () => NOTHING_SETTLED,
      change({ until }) {
        if (observed.length === 0) return undefined;
        addObservations(meter.state(), observed);
        noteCounted(meter.state(), sessionId, until);
        observed = [];
        isUncommitted = true;
        return meter.change();
      },
      discard() {
        observed = [];
        if (isUncommitted) meter.reload();
        isUncommitted = false;
      },
    };
  }

  return {
    signal: "metrics",
    url,
    wants: ({ hook }) => options.counts === "all" || (options.counts === "hooked" && hook.hookSeen),
    open,
    sendTogether: async () => "accepted",
    async flush(isHeld) {
      observeStatusLine();
      const nowMs = world.nowMs();
      addObservations(meter.state(), [observeBacklog(readInbox(world.home.inbox)[0]?.atMs, nowMs)]);
      let maxPoints: number | undefined;
      let isAccepted = false;
      let isUnsaved = false;
      let failure: Outcome | undefined;
      for (let count = 0; count < MAX_REQUESTS && failure === undefined; count++) {
        if (!isHeld()) return { isAccepted };
        // What the last answer has changed is saved before the next request, or at the end.
        const outcome = await sendNext(maxPoints);
        if (outcome === "nothing") break;
        isUnsaved = true;
        const mayShrink = outcome.kind === "refused" || outcome.kind === "too_large";
        if (isTaken(outcome)) isAccepted = true;
        else if (mayShrink && maxPoints === undefined) maxPoints = SMALLER_REQUEST;
        else failure = outcome;
      }
      if (isUnsaved && isHeld()) commit(world.home, [meter.change()]);
      return failure === undefined
        ? { isAccepted }
        : { isAccepted, trouble: { outcome: failure, isDoubt: false } };
    },
    remembered(sessionId) {
      const until = countedOf(meter.state(), sessionId);
      return until === undefined ? undefined : { until, replay: until };
    },
  };
}

function note(state: MetricsState, token: string, outcome: Outcome): void {
  if (isTaken(outcome)) acknowledge(state, token);
  else if (outcome.kind === "refused" || outcome.kind === "too_large") giveUp(state, token);
  else if (outcome.kind === "blocked" || isCertainlyLost(outcome)) refuse(state, token);
  // Otherwise the backend may have accepted the points. The next request settles that.
}

/** Whether the backend certainly does not have the points: no connection was made, or the answer was 429 or 503. */
function isCertainlyLost(outcome: Outcome): boolean {
  if (outcome.kind !== "retryable") return false;
  return (
    [429, 503].includes(outcome.status ?? 0) || ["ECONNREFUSED", "ENOTFOUND"].includes(outcome.code ?? "")
  );
}
