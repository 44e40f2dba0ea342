import type { Temporality } from "../../../src/choices.ts";
import { encodeMetrics } from "../../../src/otlp/encode-metrics.ts";
import { readPartialSuccess } from "../../../src/otlp/partial-success.ts";
import type { Observation } from "../../../src/telemetry/metrics/observation.ts";
import { parseMetricsState } from "../../../src/telemetry/metrics/parse-state.ts";
import { metricsPayload } from "../../../src/telemetry/metrics/payload.ts";
import {
  acknowledge,
  type MetricsRequest,
  nextRequest,
  refuse,
} from "../../../src/telemetry/metrics/request.ts";
import { metricsResource } from "../../../src/telemetry/metrics/resource.ts";
import { addObservations, newMetricsState } from "../../../src/telemetry/metrics/state.ts";

/**
 * What happens when a process sends. `answer lost`: the store has accepted the values, and the process receives no
 * answer. `outage`: the store does not listen. `crash`: the process dies just before it sends its values.
 */
export type Fate = "well" | "answer lost" | "outage" | "crash";

/** Values that the store accepted, and the end time of their points. */
export interface Arrival {
  atMs: number;
  observed: Observation[];
}

/** An installation: the state that its processes share on disk, and the values that the store has accepted. */
export function createInstallation(
  url: string,
  temporality: Temporality,
  instanceId: string,
  bornMs: number,
) {
  let disk = JSON.stringify(newMetricsState(bornMs));
  // The values that no request contains yet, and those of the last request.
  let waiting: Observation[] = [];
  let batch: { token: string; observed: Observation[]; taken: boolean } | undefined;
  const arrivals: Arrival[] = [];
  const resource = metricsResource({
    serviceName: "claude-code",
    serviceInstanceId: instanceId,
    distroVersion: "0.0.0",
    extra: {},
  });

  async function post(request: MetricsRequest): Promise<void> {
    const body = encodeMetrics(metricsPayload(request, resource));
    const headers = { "content-type": "application/x-protobuf" };
    const response = await fetch(url, { method: "POST", headers, body: body as Uint8Array<ArrayBuffer> });
    const answer = Buffer.from(await response.arrayBuffer());
    // Prometheus answers with an empty body, the Collector with a partial success that rejects nothing.
    if (response.status !== 200 || readPartialSuccess(answer).rejected > 0) {
      throw new Error(`${response.status} for ${request.kind}: ${answer}`);
    }
  }

  return {
    arrivals,
    /** Runs a process, which counts, sends and exits. */
    async run(nowMs: number, observed: Observation[], fate: Fate): Promise<void> {
      const state = parseMetricsState(disk);
      if (state === undefined) throw new Error("The memory is broken.");
      addObservations(state, observed);
      waiting.push(...observed);
      disk = JSON.stringify(state);
      for (;;) {
        const request = nextRequest(state, nowMs, { temporality });
        disk = JSON.stringify(state);
        if (request === undefined) return;
        if (request.kind === "values" && batch?.token !== request.token) {
          const before = batch === undefined || batch.taken ? [] : batch.observed;
          batch = { token: request.token, observed: [...before, ...waiting], taken: false };
          waiting = [];
        }
        if (fate === "outage") {
          refuse(state, request.token);
          disk = JSON.stringify(state);
          return;
        }
        if (fate === "crash" && request.kind === "values") return;
        await post(request);
        if (request.kind === "values" && batch?.taken === false) {
          batch.taken = true;
          arrivals.push({ atMs: request.points[0]?.endMs ?? 0, observed: batch.observed });
        }
        if (fate === "answer lost" && request.kind === "values") return;
        acknowledge(state, request.token);
        disk = JSON.stringify(state);
      }
    },
  };
}
