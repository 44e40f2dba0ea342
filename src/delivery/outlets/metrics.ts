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
  /** What points say only if asked. */
  attributes: readonly MetricAttribute[];
  semconv: Semconv;
  /**
   * Whether a session counts that no hook has named, or that is sent by hand to where no hook sends: only on request,
   * since counters cannot be backdated.
   */
  counts: "hooked" | "all" | "none";
}

/** Points of a request that is tried again smaller, after a backend found one too large or did not like it. */
const SMALLER_REQUEST = 100;

/** Requests of one `flush`: births and values of every series, and a few that were refused. */
const MAX_REQUESTS = 40;

/**
 * Finished pieces → counters. What a delivery observes is tentative until its position is committed: then both are
 * written as one. Points are sent by `flush`, apart from the position: whether they arrive or not, the counters know.
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
    // Written down before it is sent: whether an answer comes or not, the next process knows what the backend may have.
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

  /** What status lines were told since the last look, where there are any; counted with the next commit. */
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
    /** Counted in memory, and perhaps not yet on disk. */
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
    sendTogether: async () => true,
    async flush(isHeld) {
      observeStatusLine();
      const nowMs = world.nowMs();
      addObservations(meter.state(), [observeBacklog(readInbox(world.home.inbox)[0]?.atMs, nowMs)]);
      let maxPoints: number | undefined;
      let isAccepted = false;
      for (let count = 0; count < MAX_REQUESTS && isHeld(); count++) {
        const outcome = await sendNext(maxPoints);
        if (outcome === "nothing" || !isHeld()) break;
        commit(world.home, [meter.change()]);
        if (isTaken(outcome)) {
          isAccepted = true;
          continue;
        }
        const mayShrink = outcome.kind === "refused" || outcome.kind === "too_large";
        if (!mayShrink || maxPoints === SMALLER_REQUEST) {
          return { isAccepted, trouble: { outcome, isDoubt: false } };
        }
        maxPoints = SMALLER_REQUEST;
      }
      return { isAccepted };
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
  // Else the backend may have it: the next request decides.
}

/** No connection came about, or the backend said that it takes nothing now. */
function isCertainlyLost(outcome: Outcome): boolean {
  if (outcome.kind !== "retryable") return false;
  return (
    [429, 503].includes(outcome.status ?? 0) || ["ECONNREFUSED", "ENOTFOUND"].includes(outcome.code ?? "")
  );
}
