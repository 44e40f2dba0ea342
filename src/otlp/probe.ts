import { randomBytes } from "node:crypto";
import type { Config } from "../config/load.ts";
import type { SenderConfig } from "../config/sending.ts";
import { type Signal, signals } from "../config/signals.ts";
import { createReadableLog } from "../telemetry/logs/logs.ts";
import type { MetricsPayload } from "../telemetry/metrics/payload.ts";
import { metricsResource } from "../telemetry/metrics/resource.ts";
import type { ResourceFacts } from "../telemetry/resource.ts";
import { CORE_SCHEMA_URL } from "../telemetry/schema-url.ts";
import { VERSION } from "../version.ts";
import { createSpanEncoder } from "./encode-spans.ts";
import type { Outcome } from "./outcome.ts";
import { createSender, type Payloads } from "./sender.ts";

/** The result of a test request. */
export interface Probe {
  readonly signal: Signal;
  readonly url: string;
  readonly outcome: Outcome;
}

/** Name of the test items, which tells them from the items of sessions. */
const TEST_NAME = "ccotel.test";

/** The resource of test items. `serviceInstanceId`: undefined before the first setup. */
export function testResource(
  { serviceName, resourceAttributes }: Pick<Config, "serviceName" | "resourceAttributes">,
  serviceInstanceId: string | undefined,
): ResourceFacts {
  return {
    serviceName,
    distroVersion: VERSION,
    extra: resourceAttributes,
    ...(serviceInstanceId === undefined ? {} : { serviceInstanceId }),
  };
}

/**
 * Sends one test item of each signal that has a target, and returns the outcomes. An empty request would not do,
 * because some backends check the token or the data only if there is data.
 */
export async function sendProbes(
  config: SenderConfig,
  facts: ResourceFacts,
  nowMs: number,
): Promise<Probe[]> {
  const sender = createSender(config);
  const payloads: { [S in Signal]: () => Payloads[S] } = {
    traces: () => [testSpan(facts, nowMs)],
    metrics: () => testPoint(facts, nowMs),
    logs: () => [testRecord(facts, nowMs)],
  };
  const probe = async <S extends Signal>(signal: S, url: string): Promise<Probe> => ({
    signal,
    url,
    outcome: await sender.send(signal, payloads[signal]()),
  });
  try {
    return await Promise.all(
      signals.flatMap((signal) => {
        const target = config[signal];
        return target === undefined ? [] : [probe(signal, target.url)];
      }),
    );
  } finally {
    sender.close();
  }
}

function testSpan(facts: ResourceFacts, nowMs: number) {
  return createSpanEncoder(facts)({
    traceId: randomBytes(16).toString("hex"),
    spanId: randomBytes(8).toString("hex"),
    name: TEST_NAME,
    kind: "internal",
    startMs: nowMs - 1,
    endMs: nowMs,
    attributes: {},
    events: [],
    links: [],
    status: "unset",
  });
}

function testRecord(facts: ResourceFacts, nowMs: number) {
  return createReadableLog(facts)({
    id: randomBytes(8).toString("hex"),
    name: TEST_NAME,
    severity: "INFO",
    body: "Sent by ccotel configure and ccotel doctor to see whether log records arrive",
    atMs: nowMs,
    traceId: randomBytes(16).toString("hex"),
    spanId: randomBytes(8).toString("hex"),
    attributes: {},
  });
}

/** The test point is a gauge: it has no temporality that a backend could reject, and changes no sum. */
function testPoint(facts: ResourceFacts, nowMs: number): MetricsPayload {
  const instrument = {
    kind: "gauge",
    unit: "{test}",
    description: "Sent by ccotel configure and ccotel doctor to see whether points arrive",
    valueType: "int",
  } as const;
  const point = { instrument: TEST_NAME, attributes: {}, startMs: nowMs, endMs: nowMs, value: 1 };
  const metric = { name: TEST_NAME, instrument, temporality: "cumulative", points: [point] } as const;
  return { resource: metricsResource(facts), metrics: [metric], schemaUrl: CORE_SCHEMA_URL };
}
