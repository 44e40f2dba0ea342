// ccotel's metrics about its own delivery.

import { beforeAll, expect, test } from "vitest";
import type { CollectorRequest } from "../../src/collector/collector.ts";
import { buildWorker, lab } from "../support/lab.ts";
import { collector, metricsOf } from "../support/otlp-server.ts";
import { scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

const METRICS = { CCOTEL_METRICS: "on" };

/** The newest value of each series of a metric, by its attributes. */
function valuesOf(requests: readonly CollectorRequest[], name: string): Record<string, number> {
  const points = metricsOf(...requests).flatMap((metric) => (metric.name === name ? metric.points : []));
  return Object.fromEntries(
    points.map(({ attributes, value }) => [
      Object.values(attributes ?? {})
        .map(String)
        .sort()
        .join(" "),
      Number(value),
    ]),
  );
}

test("the exporter metrics count sent spans, failed ones with their error, and the age of what waits", async () => {
  let isDown = true;
  const backend = await collector((request) => (isDown && request.traces.length > 0 ? { status: 401 } : {}));
  const machine = lab(backend.url);
  const session = scribe("health");
  const stop = async () => {
    machine.write(session.sessionId, session.turn({ tools: 1 }));
    machine.event(session.sessionId, { promptId: session.promptIds.at(-1) });
    await machine.worker(METRICS);
  };
  await stop();
  const spans = "otel.sdk.exporter.span.exported";
  expect(valuesOf(backend.requests, spans)).toEqual({ "401 otlp_http_span_exporter": expect.any(Number) });
  expect(valuesOf(backend.requests, "ccotel.backlog.age")[""]).toBeGreaterThan(0);
  isDown = false;
  await stop();
  // A session, then two turns of four spans.
  expect(valuesOf(backend.requests, spans)).toMatchObject({ otlp_http_span_exporter: 9 });
  await stop();
  expect(valuesOf(backend.requests, spans)).toMatchObject({ otlp_http_span_exporter: 13 });
  expect(valuesOf(backend.requests, "ccotel.backlog.age")[""]).toBe(0);
  const points = valuesOf(backend.requests, "otel.sdk.exporter.metric_data_point.exported");
  expect(Object.keys(points)).toEqual(["otlp_http_metric_exporter"]);
});
