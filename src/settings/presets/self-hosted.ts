/** Backends that people run themselves. What each does with our data was tried against the real ones. */

import { hostField, type Preset } from "./preset.ts";

const open = {
  headers: [],
  temporality: "cumulative",
  traceScope: "session",
  dialect: "none",
  limits: {},
  notes: [],
} as const;

export const SELF_HOSTED: readonly Preset[] = [
  {
    ...open,
    name: "otel-collector",
    title: "OpenTelemetry Collector",
    docs: "opentelemetry.io: Collector, OTLP receiver",
    endpoint: "http://{host}",
    fields: { host: hostField(4318) },
    signals: ["traces", "metrics", "logs"],
    notes: [
      "A Collector that samples traces or feeds Tempo wants --trace-scope turn: a sampling decision taken on a session's first turn holds for all of it.",
    ],
  },
  {
    ...open,
    name: "jaeger",
    title: "Jaeger v2",
    docs: "jaegertracing.io: APIs, OTLP over HTTP",
    endpoint: "http://{host}",
    fields: { host: hostField(4318) },
    signals: ["traces"],
    // Jaeger moves or warns about children that end after their parent unless both carry the same host.id.
    dialect: "jaeger",
    notes: ["Jaeger takes traces only."],
  },
  {
    ...open,
    name: "tempo",
    title: "Grafana Tempo",
    docs: "grafana.com: Tempo, OTLP receiver",
    endpoint: "http://{host}",
    fields: {
      host: hostField(4318),
      tenant: { ask: "tenant id", where: "only where multitenancy is on", optional: true, example: "team-a" },
    },
    headers: [{ name: "X-Scope-OrgID", value: "{tenant}" }],
    signals: ["traces"],
    traceScope: "turn",
    limits: { maxValueBytes: 2048, maxTraceBytes: 5_000_000 },
    notes: [
      "Spans older than two minutes are found by trace id, not by a search of their own time, unless ingestion_time_range_slack is raised.",
    ],
  },
  {
    ...open,
    name: "prometheus",
    title: "Prometheus",
    docs: "prometheus.io: Using Prometheus as your OpenTelemetry backend",
    endpoint: "http://{host}/api/v1/otlp",
    fields: { host: hostField(9090) },
    signals: ["metrics"],
    temporalityStrict: true,
    notes: [
      "Prometheus takes metrics only, and only when started with --web.enable-otlp-receiver.",
      "Retries of points need storage.tsdb.out_of_order_time_window, such as 2h.",
    ],
  },
  {
    ...open,
    name: "datadog-agent",
    title: "Datadog Agent",
    docs: "docs.datadoghq.com: OTLP Ingestion by the Datadog Agent",
    endpoint: "http://{host}",
    fields: { host: hostField(4318) },
    signals: ["traces", "metrics", "logs"],
    temporality: "delta",
    traceScope: "turn",
    notes: [
      "The Agent listens only with otlp_config.receiver.protocols.http.endpoint, and takes logs only with otlp_config.logs.enabled.",
    ],
  },
  {
    ...open,
    name: "phoenix",
    title: "Arize Phoenix",
    docs: "arize.com: Phoenix, Set up tracing",
    endpoint: "{scheme}://{host}",
    fields: {
      scheme: {
        ask: "http or https",
        where: "how Phoenix is served",
        default: "http",
        oneOf: ["http", "https"],
      },
      host: hostField(6006),
      apiKey: {
        ask: "API key",
        where: "Phoenix, Settings, API keys; only where authentication is on",
        secret: true,
        optional: true,
      },
    },
    headers: [{ name: "Authorization", value: "Bearer {apiKey}" }],
    signals: ["traces"],
    dialect: "openinference",
    notes: ["Phoenix prices tokens by a table of its own and does not show the cost that ccotel sends."],
  },
  {
    ...open,
    name: "mlflow",
    title: "MLflow",
    docs: "mlflow.org: Tracing, OpenTelemetry",
    endpoint: "{scheme}://{host}",
    fields: {
      scheme: {
        ask: "http or https",
        where: "how MLflow is served",
        default: "http",
        oneOf: ["http", "https"],
      },
      host: hostField(5000),
      experimentId: {
        ask: "experiment id",
        where: "MLflow, Experiments, the number in the address",
        default: "0",
        example: "123",
      },
    },
    headers: [{ name: "x-mlflow-experiment-id", value: "{experimentId}" }],
    signals: ["traces"],
    dialect: "mlflow",
    notes: ["MLflow 3.6 or newer. It takes over the cost that ccotel sends."],
  },
  {
    ...open,
    name: "generic",
    title: "any OTLP/HTTP backend",
    docs: "opentelemetry.io: OTLP Exporter Configuration",
    endpoint: "{url}",
    fields: {
      url: {
        ask: "address before /v1/traces",
        where: "the backend's page about OTLP over HTTP",
        example: "https://otlp.example",
      },
    },
    signals: ["traces", "metrics", "logs"],
    notes: ["Headers are given with --header name=value."],
  },
];
