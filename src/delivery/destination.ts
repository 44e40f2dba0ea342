import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import type { Temporality } from "../choices.ts";
import { describeOutcome } from "../otlp/describe.ts";
import type { Outcome } from "../otlp/outcome.ts";
import { createSender, type Sender } from "../otlp/sender.ts";
import { createAppraiser } from "../pricing/price-request.ts";
import { toJson } from "../printable.ts";
import type { SessionOptions } from "../session/options.ts";
import type { OnStep } from "../state/commit.ts";
import type { Home } from "../state/home.ts";
import { instanceId } from "../state/instance-id.ts";
import { appendLine } from "../state/log.ts";
import { createReadable, type ResourceFacts } from "../telemetry/spans/readable.ts";
import { VERSION } from "../version.ts";
import { type Backoff, createBackoff } from "./backoff.ts";
import type { Delivery } from "./deliver.ts";
import type { Prepared } from "./load.ts";
import type { SendBatch } from "./send-spans.ts";

/** A backend, ready to be sent to, and what the deliveries to it share. */
export interface Destination {
  sender: Sender;
  /** Undefined: there is no metrics endpoint, or metrics are off. */
  metrics: MetricsTarget | undefined;
  tracesUrl: string | undefined;
  backoff: Backoff;
  delivery: Omit<Delivery, "meter">;
}

export interface MetricsTarget {
  url: string;
  temporality: Temporality;
  resource: ResourceFacts;
  /** Whether points say the project. */
  project: boolean;
}

/** A 5xx that no retry rule covers counts as a refusal when the same batch has met it so often. */
const SERVER_ERRORS_THAT_REFUSE = 5;

export function createDestination(
  home: Home,
  prepared: Prepared,
  world: { nowMs: () => number; isHeld: () => boolean; onStep?: OnStep; log: (line: string) => void },
): Destination {
  const { config } = prepared;
  const sender = createSender(prepared.sender);
  const tracesUrl = prepared.sender.traces?.url;
  const resource: ResourceFacts = {
    serviceName: config.serviceName,
    serviceInstanceId: instanceId(home),
    distroVersion: VERSION,
    extra: config.resourceAttributes,
  };
  const metricsUrl = prepared.sender.metrics?.url;
  return {
    sender,
    tracesUrl,
    backoff: createBackoff(),
    metrics: metricsUrl === undefined ? undefined : metricsTarget(metricsUrl, prepared, resource),
    delivery: {
      home,
      scope: config.traceScope,
      content: prepared.content,
      dialect: config.dialect,
      session: sessionOptions(prepared),
      sample: config.tracesSample,
      toReadable: createReadable({ ...resource, dialect: config.dialect }),
      traces: tracesUrl === undefined ? undefined : batchSender(home, sender, tracesUrl, world),
      ...world,
      onReplaced: (path) => world.log(`${path} is another file than before and is read from its start`),
    },
  };
}

function metricsTarget(url: string, { config }: Prepared, resource: ResourceFacts): MetricsTarget {
  return {
    url,
    resource,
    // "lowmemory" asks for deltas of everything that we have.
    temporality: config.temporality === "cumulative" ? "cumulative" : "delta",
    project: config.metricAttributes.includes("project"),
  };
}

/** How sessions are read, by the user's settings. */
export function sessionOptions(prepared: Prepared): SessionOptions {
  const { config } = prepared;
  return {
    keep: config.content,
    appraise: createAppraiser(prepared.priceFile),
    maxSpansPerTrace: config.maxSpansPerTrace,
    idleCloseMs: config.idleCloseMs,
  };
}

function batchSender(
  home: Home,
  sender: Sender,
  url: string,
  world: { nowMs: () => number; log: (line: string) => void },
): SendBatch {
  const serverErrors = new Map<string, number>();
  const suspects = new Set<string>();
  return {
    refusals: { inARow: 0, held: [] },
    async send(spans) {
      const outcome = await sender.send("traces", spans);
      if (outcome.kind === "partial") world.log(describeOutcome(outcome, url));
      if (outcome.kind !== "server_error") return outcome;
      // A batch that was not wanted five times is halved, and its halves have no five attempts of their own.
      const ids = spans.map((span) => span.spanContext().spanId);
      const count = (serverErrors.get(ids[0] as string) ?? 0) + 1;
      serverErrors.set(ids[0] as string, count);
      if (count >= SERVER_ERRORS_THAT_REFUSE) for (const id of ids) suspects.add(id);
      return ids.every((id) => suspects.has(id)) ? { ...outcome, kind: "refused" } : outcome;
    },
    setAside: (span, outcome) => setAside(home, span, outcome, world.nowMs()),
  };
}

/** Keeps what the backend refused, without its attributes, for `status` and for whoever wants to know why. */
function setAside(home: Home, span: ReadableSpan, outcome: Outcome, atMs: number): void {
  const { traceId, spanId } = span.spanContext();
  const { kind } = outcome;
  const status = "status" in outcome ? outcome.status : undefined;
  const message = "message" in outcome ? outcome.message.slice(0, 500) : undefined;
  const at = new Date(atMs).toISOString();
  appendLine(
    home.rejected,
    toJson({ at, traceId, spanId, name: span.name, kind, status, message }).trimEnd(),
  );
}
