import { ExportResultCode } from "@opentelemetry/core";
import {
  createOtlpNetworkExportDelegate,
  ExporterMetrics,
  type IExporterTransport,
  OTLPExporterBase,
} from "@opentelemetry/otlp-exporter-base";
import {
  type IExporterMetricsHelper,
  type ISerializer,
  MetricsExporterMetricsHelper,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
  TraceExporterMetricsHelper,
} from "@opentelemetry/otlp-transformer";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import type { SenderConfig, Target } from "../config/sending.ts";
import type { Outcome } from "./outcome.ts";
import type { PartialSuccess } from "./response.ts";
import { createTransport } from "./transport.ts";

/** Sends finished spans and metric points, one request a call. */
export interface Sender {
  /** Sends one batch. Nothing to send is a success without a request. */
  sendSpans(spans: readonly ReadableSpan[]): Promise<Outcome>;
  sendMetrics(metrics: ResourceMetrics): Promise<Outcome>;
  /** Waits for what is under way and closes the connections. */
  shutdown(): Promise<void>;
}

/**
 * Makes a sender from OpenTelemetry's own exporter parts: its serializers, its exporter base, and a transport of ours
 * below them, because the stock one retries by itself and keeps status, Retry-After and rejected counts to itself.
 * Sending a signal that has no target is a bug of the caller.
 */
export function createSender(config: SenderConfig): Sender {
  const traces =
    config.traces &&
    createExporter(config.traces, config, ProtobufTraceSerializer, TraceExporterMetricsHelper);
  const metrics =
    config.metrics &&
    createExporter(config.metrics, config, ProtobufMetricsSerializer, MetricsExporterMetricsHelper);
  return {
    async sendSpans(spans) {
      if (!traces) throw new Error("There is no traces endpoint to send to.");
      return spans.length === 0 ? { kind: "success" } : send(traces, [...spans]);
    },
    async sendMetrics(resourceMetrics) {
      if (!metrics) throw new Error("There is no metrics endpoint to send to.");
      const empty = MetricsExporterMetricsHelper.countItems(resourceMetrics) === 0;
      return empty ? { kind: "success" } : send(metrics, resourceMetrics);
    },
    async shutdown() {
      await Promise.all([traces?.shutdown(), metrics?.shutdown()]);
    },
  };
}

function createExporter<Items>(
  target: Target,
  config: SenderConfig,
  serializer: ISerializer<Items, { partialSuccess?: PartialSuccess }>,
  metricsHelper: IExporterMetricsHelper<Items>,
): OTLPExporterBase<Items> {
  const transport = createTransport(target, {
    proxy: config.proxy,
    userAgent: config.userAgent,
    deserialize: (bytes) => serializer.deserializeResponse(bytes),
  });
  const adapter: IExporterTransport = {
    // An export ends for the exporter base with "success" or with an error; so every other outcome travels as one.
    async send(message) {
      const outcome = await transport.post(message);
      if (outcome.kind === "success") return { status: "success" };
      return { status: "failure", error: new OutcomeCarrier(outcome) };
    },
    shutdown: () => transport.close(),
  };
  const selfMetrics = new ExporterMetrics({
    componentType: "otlp_http_exporter",
    metricsHelper,
    url: target.url,
    meterProvider: undefined,
    responseAttributesFromError: () => ({}),
  });
  // The transport has its own clock and takes any number of requests; the caller decides how many there are.
  const options = {
    timeoutMillis: target.timeoutMs,
    concurrencyLimit: Number.MAX_SAFE_INTEGER,
    compression: target.compression,
  };
  return new OTLPExporterBase(createOtlpNetworkExportDelegate(options, serializer, selfMetrics, adapter));
}

function send<Items>(exporter: OTLPExporterBase<Items>, items: Items): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    exporter.export(items, ({ code, error }) => {
      if (code === ExportResultCode.SUCCESS) resolve({ kind: "success" });
      else if (error instanceof OutcomeCarrier) resolve(error.outcome);
      else reject(error ?? new Error("The export failed without saying why."));
    });
  });
}

class OutcomeCarrier extends Error {
  readonly outcome: Outcome;
  constructor(outcome: Outcome) {
    super(outcome.kind);
    this.outcome = outcome;
  }
}
