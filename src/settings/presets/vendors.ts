/** Hosted observability platforms. All of them keep traces of one turn better than traces of one session. */

import type { Preset } from "./preset.ts";

const hosted = {
  signals: ["traces", "metrics", "logs"],
  temporality: "cumulative",
  traceScope: "turn",
  dialect: "none",
  limits: {},
  notes: [],
} as const;

export const VENDORS: readonly Preset[] = [
  {
    ...hosted,
    name: "grafana-cloud",
    title: "Grafana Cloud",
    docs: "grafana.com: Send data to the Grafana Cloud OTLP endpoint",
    endpoint: "https://otlp-gateway-{zone}.grafana.net/otlp",
    domains: ["grafana.net"],
    fields: {
      zone: {
        ask: "zone",
        where: "Grafana Cloud, your stack, OpenTelemetry, Configure: the part behind otlp-gateway-",
        example: "prod-eu-west-2",
      },
      instanceId: { ask: "instance id", where: "on the same page", example: "123456" },
      token: { ask: "access token", where: "generated on the same page", secret: true },
    },
    headers: [{ name: "Authorization", value: "Basic {base64:instanceId:token}" }],
    temporalityStrict: true,
    limits: { maxValueBytes: 2048, maxTraceBytes: 5_000_000 },
  },
  {
    ...hosted,
    name: "datadog-llmobs",
    title: "Datadog LLM Observability",
    docs: "docs.datadoghq.com: LLM Observability, OpenTelemetry Instrumentation",
    endpoint: "https://otlp.{site}",
    domains: ["datadoghq.com", "datadoghq.eu", "ddog-gov.com"],
    fields: {
      site: {
        ask: "Datadog site",
        where: "the host of your Datadog address without app.",
        default: "datadoghq.com",
        example: "datadoghq.eu",
      },
      apiKey: { ask: "API key", where: "Datadog, Organization Settings, API Keys", secret: true },
    },
    headers: [
      { name: "dd-api-key", value: "{apiKey}" },
      { name: "dd-otlp-source", value: "llmobs" },
    ],
    signals: ["traces"],
    // Datadog's own intake takes delta points only, should metrics ever be sent there by hand.
    temporality: "delta",
    temporalityStrict: true,
    dialect: "datadog",
    limits: { maxValueBytes: 256 },
    notes: [
      "Attributes outside gen_ai.* are dropped by Datadog, and unknown gen_ai.* ones become tags of 256 characters.",
    ],
  },
  {
    ...hosted,
    name: "honeycomb",
    title: "Honeycomb",
    docs: "docs.honeycomb.io: Send Data with OpenTelemetry",
    endpoint: "https://{host}",
    domains: ["honeycomb.io"],
    fields: {
      host: {
        ask: "region's host",
        where: "US or EU instance",
        default: "api.honeycomb.io",
        oneOf: ["api.honeycomb.io", "api.eu1.honeycomb.io"],
      },
      apiKey: { ask: "ingest API key", where: "Honeycomb, Environment Settings, API Keys", secret: true },
      metricsDataset: { ask: "dataset for metrics", where: "any name", default: "claude-code-metrics" },
    },
    headers: [
      { name: "x-honeycomb-team", value: "{apiKey}" },
      { name: "x-honeycomb-dataset", value: "{metricsDataset}", only: ["metrics"] },
    ],
    temporality: "delta",
    limits: { maxSpansPerTrace: 32_000 },
  },
  {
    ...hosted,
    name: "newrelic",
    title: "New Relic",
    docs: "docs.newrelic.com: New Relic OTLP endpoint",
    endpoint: "https://{host}",
    domains: ["nr-data.net"],
    fields: {
      host: {
        ask: "region's host",
        where: "US, EU or FedRAMP",
        default: "otlp.nr-data.net",
        oneOf: ["otlp.nr-data.net", "otlp.eu01.nr-data.net", "gov-otlp.nr-data.net"],
      },
      licenseKey: { ask: "license key", where: "New Relic, API keys, type INGEST - LICENSE", secret: true },
    },
    headers: [{ name: "api-key", value: "{licenseKey}" }],
    temporality: "delta",
    temporalityStrict: true,
  },
  {
    ...hosted,
    name: "dash0",
    title: "Dash0",
    docs: "dash0.com: Send data, Quotas and limits",
    endpoint: "https://ingress.{region}.aws.dash0.com",
    domains: ["dash0.com"],
    fields: {
      region: { ask: "region", where: "Dash0, Organization Settings, Endpoints", example: "eu-west-1" },
      token: { ask: "auth token", where: "Dash0, Organization Settings, Auth Tokens", secret: true },
      dataset: { ask: "dataset", where: "Dash0, Organization Settings, Datasets", default: "default" },
    },
    headers: [
      { name: "Authorization", value: "Bearer {token}" },
      { name: "Dash0-Dataset", value: "{dataset}" },
    ],
    limits: { maxAgeMinutes: 360, maxValueBytes: 2048, maxSpansPerTrace: 2000, maxAttributesPerSpan: 32 },
  },
  {
    ...hosted,
    name: "dynatrace",
    title: "Dynatrace",
    docs: "docs.dynatrace.com: Dynatrace OTLP API endpoints",
    endpoint: "https://{environment}.live.dynatrace.com/api/v2/otlp",
    domains: ["live.dynatrace.com"],
    fields: {
      environment: {
        ask: "environment id",
        where: "the first part of your Dynatrace address",
        example: "abc12345",
      },
      token: {
        ask: "access token",
        where: "Dynatrace, Access Tokens, scopes openTelemetryTrace.ingest, metrics.ingest and logs.ingest",
        secret: true,
      },
    },
    headers: [{ name: "Authorization", value: "Api-Token {token}" }],
    temporality: "delta",
    temporalityStrict: true,
    limits: { maxAgeMinutes: 60, maxRequestBytes: 8_000_000 },
    notes: ["Spans that ended more than an hour ago are refused, so a backfill does not arrive."],
  },
  {
    ...hosted,
    name: "elastic",
    title: "Elastic Cloud",
    docs: "elastic.co: Elastic Cloud Managed OTLP Endpoint",
    endpoint: "{url}",
    domains: ["elastic.cloud"],
    fields: {
      url: {
        ask: "managed OTLP endpoint",
        where: "Elastic Cloud, your project or deployment, Connection details, Managed OTLP",
        example: "https://my-project-abc123.ingest.eu-central-1.aws.elastic.cloud",
      },
      apiKey: { ask: "API key", where: "created on the same page", secret: true },
    },
    headers: [{ name: "Authorization", value: "ApiKey {apiKey}" }],
    // Deployments before Elastic Stack 9.5.3 drop cumulative histograms.
    temporality: "delta",
  },
  {
    ...hosted,
    name: "signoz",
    title: "SigNoz Cloud",
    docs: "signoz.io: Ingestion Overview",
    endpoint: "https://ingest.{region}.signoz.cloud:443",
    domains: ["signoz.cloud"],
    fields: {
      region: {
        ask: "region",
        where: "SigNoz, Settings, Ingestion",
        example: "eu",
        oneOf: ["us", "eu", "in"],
      },
      ingestionKey: { ask: "ingestion key", where: "SigNoz, Settings, Ingestion", secret: true },
    },
    headers: [{ name: "signoz-ingestion-key", value: "{ingestionKey}" }],
    notes: ["A SigNoz of one's own is --preset otel-collector: it needs no key."],
  },
  {
    ...hosted,
    name: "axiom",
    title: "Axiom",
    docs: "axiom.co: OpenTelemetry, Claude Code",
    endpoint: "https://{host}",
    domains: ["axiom.co"],
    fields: {
      host: {
        ask: "edge deployment's host",
        where: "Axiom, Settings, General",
        default: "api.axiom.co",
        example: "api.eu.axiom.co",
      },
      token: {
        ask: "API token",
        where: "Axiom, Settings, API tokens, with ingest to the datasets",
        secret: true,
      },
      dataset: {
        ask: "dataset for traces",
        where: "Axiom, Datasets, kind traces",
        default: "claude-code-traces",
      },
      metricsDataset: {
        ask: "dataset for metrics",
        where: "Axiom, Datasets, kind metrics",
        default: "claude-code-metrics",
      },
      logsDataset: {
        ask: "dataset for logs",
        where: "Axiom, Datasets, kind logs",
        default: "claude-code-logs",
      },
    },
    headers: [
      { name: "Authorization", value: "Bearer {token}" },
      { name: "X-Axiom-Dataset", value: "{dataset}", only: ["traces"] },
      { name: "X-Axiom-Metrics-Dataset", value: "{metricsDataset}", only: ["metrics"] },
      { name: "X-Axiom-Dataset", value: "{logsDataset}", only: ["logs"] },
    ],
    notes: ["Each signal needs a dataset of its own kind, and they have to exist before anything is sent."],
  },
  {
    ...hosted,
    name: "logfire",
    title: "Pydantic Logfire",
    docs: "logfire.pydantic.dev: Alternative clients",
    endpoint: "https://logfire-{region}.pydantic.dev",
    domains: ["pydantic.dev"],
    fields: {
      region: {
        ask: "region",
        where: "the host of your Logfire address",
        example: "eu",
        oneOf: ["us", "eu"],
      },
      token: { ask: "write token", where: "Logfire, Project Settings, Write tokens", secret: true },
    },
    headers: [{ name: "Authorization", value: "{token}" }],
    temporality: "delta",
  },
];
