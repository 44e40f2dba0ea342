import type { Temporality } from "../../src/choices.ts";
import { decodeMetrics, type ReceivedMetric, type ReceivedMetrics } from "../../src/collector/decode.ts";
import { encodeMetrics } from "../../src/otlp/encode-metrics.ts";
import { createAppraiser } from "../../src/pricing/price-request.ts";
import type { SessionOptions } from "../../src/session/options.ts";
import { type ObserveOptions, observe } from "../../src/telemetry/metrics/observe.ts";
import { metricsPayload } from "../../src/telemetry/metrics/payload.ts";
import { acknowledge, nextRequest } from "../../src/telemetry/metrics/request.ts";
import { metricsResource } from "../../src/telemetry/metrics/resource.ts";
import { addObservations, newMetricsState } from "../../src/telemetry/metrics/state.ts";
import { readWhole } from "../support/read-files.ts";
import { type Recording, transcriptsOf } from "../support/recordings.ts";

const T0 = Date.UTC(2026, 10, 21);

const RESOURCE = metricsResource({
  serviceName: "claude-code",
  serviceInstanceId: "7e6f0c9e-5f0c-4f3b-9d7a-2a1d4e8b9c10",
  distroVersion: "0.1.0",
  extra: { team: "shop" },
});

/** The decoded requests of a new meter about all sessions of a recording, without the first points of series. */
export function metricsOf(
  recording: Recording,
  options: { session?: Partial<SessionOptions>; observe?: ObserveOptions; temporality?: Temporality } = {},
): ReceivedMetrics[] {
  const { temporality = "cumulative" } = options;
  const state = newMetricsState(T0);
  for (const path of transcriptsOf(recording)) {
    const finished = readWhole(path, { appraise: createAppraiser(), ...options.session });
    addObservations(state, observe(finished, options.observe));
  }
  const received: ReceivedMetrics[] = [];
  for (;;) {
    const request = nextRequest(state, T0 + 60_000, { temporality });
    if (request === undefined) return received;
    const bytes = encodeMetrics(metricsPayload(request, RESOURCE));
    if (request.kind === "values") received.push(...decodeMetrics(bytes));
    acknowledge(state, request.token);
  }
}

/** The metrics as text, one line per series. */
export function renderMetrics(received: ReceivedMetrics[]): string {
  return received
    .flatMap(({ resource, scope, metrics }) => {
      const head = [`resource ${pairs(resource)}`, `scope ${scope.name}${scope.version}`, ""];
      return [...head, ...metrics.flatMap(renderMetric), ""];
    })
    .join("\n");
}

function renderMetric({ name, unit, type, temporality, monotonic, points }: ReceivedMetric): string[] {
  const kind = [type, temporality, monotonic === true ? "monotonic" : ""].filter((word) => word).join(" ");
  const lines = points.map((point) => {
    if (type !== "histogram") return `  ${pairs(point.attributes)}: ${point.value} ${point.valueType}`;
    const { count, sum = 0, min, max, bounds = [], counts = [] } = point;
    const buckets = counts.flatMap((inside, index) =>
      Number(inside) === 0 ? [] : [`${inside} up to ${bounds[index] ?? "any"}`],
    );
    return `  ${pairs(point.attributes)}: ${count} from ${min} to ${max}, sum ${round(sum)} | ${buckets.join(", ")}`;
  });
  return [`${name} ${unit} ${kind}`, ...lines.sort()];
}

function pairs(attributes: Record<string, unknown>): string {
  return Object.entries(attributes)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(" ");
}

function round(value: number): number {
  return Number(value.toPrecision(12));
}
