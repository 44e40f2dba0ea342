import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from "@opentelemetry/api";
import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import { describe, expect, test } from "vitest";
import { resourceAttributes, SCOPE_NAME } from "../../src/telemetry/resource.ts";
import { CORE_SCHEMA_URL } from "../../src/telemetry/schema-url.ts";
import { createReadable } from "../../src/telemetry/spans/readable.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { readWhole, spansOf } from "../support/read-files.ts";
import { recording, sessionIdOf, transcriptsOf } from "../support/recordings.ts";

const facts = {
  serviceName: "claude-code",
  serviceInstanceId: "5a1f2a9c-6f0e-4f0e-9d8e-3d1c7a3b9f10",
  distroVersion: "1.2.3",
  extra: { "deployment.environment.name": "ci" },
};

const schemaUrl = CORE_SCHEMA_URL;
const SAMPLED = { traceFlags: TraceFlags.SAMPLED };

/** The same span, made with the SDK as in an instrumented program. */
function sdkSpan(span: Span): ReadableSpan {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes(resourceAttributes(facts, span.clientVersion), { schemaUrl }),
    idGenerator: { generateTraceId: () => span.traceId, generateSpanId: () => span.spanId },
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  const made = provider.getTracer(SCOPE_NAME, facts.distroVersion, { schemaUrl }).startSpan(
    span.name,
    {
      kind: span.kind === "client" ? SpanKind.CLIENT : SpanKind.INTERNAL,
      startTime: span.startMs,
      attributes: span.attributes,
      links: span.links.map(({ traceId, spanId, attributes }) => ({
        context: { traceId, spanId, ...SAMPLED, isRemote: true },
        attributes,
      })),
    },
    parentContext(span),
  );
  for (const { name, attributes, atMs } of span.events) made.addEvent(name, attributes, atMs);
  if (span.status === "error") made.setStatus({ code: SpanStatusCode.ERROR });
  made.end(span.endMs);
  return exporter.getFinishedSpans()[0] as ReadableSpan;
}

function parentContext({ traceId, parentSpanId, parentIsRemote }: Span): Context {
  if (parentSpanId === undefined) return ROOT_CONTEXT;
  const isRemote = parentIsRemote === true;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: parentSpanId, ...SAMPLED, isRemote });
}

function bytesOf(span: ReadableSpan): string {
  return Buffer.from(ProtobufTraceSerializer.serializeRequest([span]) as Uint8Array).toString("hex");
}

function check(spans: Span[]): void {
  const readable = createReadable(facts);
  for (const span of spans) expect(bytesOf(readable(span)), span.name).toBe(bytesOf(sdkSpan(span)));
}

describe("a span of ccotel", () => {
  test.each(["02-tools", "03-subagent-failing", "05-retry-529", "fork", "2.0.76-compact"])(
    "has the same bytes as the SDK's span: %s",
    (name) => {
      check(spansOf(recording(name), "session"));
      check(spansOf(recording(name), "turn"));
    },
  );

  test("has the same bytes below a CI job's span", () => {
    const [path] = transcriptsOf(recording("02-tools")) as [string];
    const job = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
    for (const sampled of [true, false]) {
      const spans = toSpans(readWhole(path), {
        sessionId: sessionIdOf(path),
        scope: "session",
        inboundAt: () => ({ ...job, sampled }),
      });
      const [session] = spans as [Span];
      expect(session).toMatchObject(
        sampled
          ? { traceId: job.traceId, parentSpanId: job.spanId, parentIsRemote: true, links: [] }
          : { links: [{ ...job }] },
      );
      expect(session.traceId === job.traceId).toBe(sampled);
      check(spans);
    }
  });

  test("shares its resource with all spans of the same client, because the encoder groups by identity", () => {
    const readable = createReadable(facts);
    const resources = new Set(
      spansOf(recording("08-interactive"), "session").map((s) => readable(s).resource),
    );
    expect(resources.size).toBe(1);
  });
});

describe("the resource", () => {
  test("takes ccotel's values before the user's own attributes", () => {
    const extra = { "service.name": "mine", team: "shop", "telemetry.distro.name": "mine" };
    expect(resourceAttributes({ ...facts, extra }, "2.1.329")).toEqual({
      team: "shop",
      "service.name": "claude-code",
      "service.version": "2.1.329",
      "service.instance.id": facts.serviceInstanceId,
      "telemetry.distro.name": "ccotel",
      "telemetry.distro.version": "1.2.3",
    });
  });
});
