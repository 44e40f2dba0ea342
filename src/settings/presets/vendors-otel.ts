/** Platforms that store OpenTelemetry data as they receive it. */

import { hosted } from "./hosted.ts";
import type { Preset } from "./preset.ts";

export const grafanaCloud: Preset = {
  ...hosted,
  name: "grafana-cloud",
  title: "Grafana Cloud",
  docs: "grafana.com: Send data to the Grafana Cloud OTLP endpoint",
  checked: {
    page: "https://grafana.com/docs/grafana-cloud/observe-and-act/send-data/otlp/send-data-otlp/",
    on: "2026-11-29",
  },
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
};

export const honeycomb: Preset = {
  ...hosted,
  name: "honeycomb",
  title: "Honeycomb",
  docs: "docs.honeycomb.io: Send Data with OpenTelemetry",
  checked: { page: "https://docs.honeycomb.io/send-data/opentelemetry", on: "2026-11-29" },
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
};

export const dash0: Preset = {
  ...hosted,
  name: "dash0",
  title: "Dash0",
  docs: "dash0.com: Send data, Quotas and limits",
  checked: { page: "https://www.dash0.com/documentation/dash0/key-concepts/endpoints", on: "2026-11-29" },
  endpoint: "https://ingress.{region}.{cloud}.dash0.com",
  domains: ["dash0.com"],
  fields: {
    region: { ask: "region", where: "Dash0, Organization Settings, Endpoints", example: "eu-west-1" },
    cloud: {
      ask: "cloud",
      where: "the part behind the region in the same address",
      default: "aws",
      oneOf: ["aws", "gcp"],
    },
    token: { ask: "auth token", where: "Dash0, Organization Settings, Auth Tokens", secret: true },
    dataset: { ask: "dataset", where: "Dash0, Organization Settings, Datasets", default: "default" },
  },
  headers: [
    { name: "Authorization", value: "Bearer {token}" },
    { name: "Dash0-Dataset", value: "{dataset}" },
  ],
  limits: {
    maxAgeMinutes: 360,
    maxValueBytes: 2048,
    maxSpansPerTrace: 2000,
    maxAttributesPerSpan: 32,
    maxAttributesPerLogRecord: 16,
  },
};

export const signoz: Preset = {
  ...hosted,
  name: "signoz",
  title: "SigNoz Cloud",
  docs: "signoz.io: Ingestion Overview",
  checked: { page: "https://signoz.io/docs/ingestion/signoz-cloud/overview/", on: "2026-11-29" },
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
  notes: ["For a self-hosted SigNoz, use --preset otel-collector: it needs no key."],
};

export const axiom: Preset = {
  ...hosted,
  name: "axiom",
  title: "Axiom",
  docs: "axiom.co: OpenTelemetry, Claude Code",
  checked: { page: "https://axiom.co/docs/guides/opentelemetry-claude-code", on: "2026-11-29" },
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
  notes: ["Each signal needs a dataset of its own kind. Create the datasets before you send anything."],
};

export const logfire: Preset = {
  ...hosted,
  name: "logfire",
  title: "Pydantic Logfire",
  docs: "logfire.pydantic.dev: Alternative clients",
  checked: { page: "https://logfire.pydantic.dev/docs/how-to-guides/alternative-clients", on: "2026-11-29" },
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
};

export const openObserve: Preset = {
  ...hosted,
  name: "openobserve",
  title: "OpenObserve",
  docs: "openobserve.ai: Ingestion, OTLP",
  checked: { page: "https://openobserve.ai/docs/ingestion/traces/", on: "2026-11-29" },
  endpoint: "https://{host}/api/{organization}",
  domains: ["openobserve.ai"],
  fields: {
    host: {
      ask: "host",
      where: "OpenObserve Cloud, or your own server with its port (5080)",
      default: "api.openobserve.ai",
      example: "openobserve.example:5080",
    },
    organization: { ask: "organization", where: "OpenObserve, Management", default: "default" },
    email: { ask: "user's e-mail", where: "OpenObserve, Data Sources" },
    password: { ask: "password or token", where: "on the same page", secret: true },
    stream: { ask: "stream", where: "any name", default: "default" },
  },
  headers: [
    { name: "Authorization", value: "Basic {base64:email:password}" },
    { name: "stream-name", value: "{stream}" },
  ],
};
