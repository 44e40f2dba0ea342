/** Application monitoring suites. They accept OTLP as well as their own formats. */

import { hosted } from "./hosted.ts";
import type { Preset } from "./preset.ts";

export const datadog: Preset = {
  ...hosted,
  name: "datadog-llmobs",
  title: "Datadog LLM Observability",
  docs: "docs.datadoghq.com: LLM Observability, OpenTelemetry Instrumentation",
  checked: {
    page: "https://docs.datadoghq.com/llm_observability/instrumentation/otel_instrumentation",
    on: "2026-11-29",
  },
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
  // Datadog's intake accepts only delta points. This matters if the user sends metrics there by hand.
  temporality: "delta",
  temporalityStrict: true,
  dialect: "datadog",
  limits: { maxValueBytes: 256 },
  notes: [
    "Datadog drops attributes outside gen_ai.*, and makes unknown gen_ai.* ones tags of 256 characters.",
  ],
};

export const newRelic: Preset = {
  ...hosted,
  name: "newrelic",
  title: "New Relic",
  docs: "docs.newrelic.com: New Relic OTLP endpoint",
  checked: {
    page: "https://docs.newrelic.com/docs/opentelemetry/best-practices/opentelemetry-otlp/",
    on: "2026-11-29",
  },
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
};

export const dynatrace: Preset = {
  ...hosted,
  name: "dynatrace",
  title: "Dynatrace",
  docs: "docs.dynatrace.com: Dynatrace OTLP API endpoints",
  checked: { page: "https://docs.dynatrace.com/docs/shortlink/otel-getstarted-otlpexport", on: "2026-11-29" },
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
  notes: ["Dynatrace rejects spans that ended more than an hour ago, so you cannot export older sessions."],
};

export const elastic: Preset = {
  ...hosted,
  name: "elastic",
  title: "Elastic Cloud",
  docs: "elastic.co: Elastic Cloud Managed OTLP Endpoint",
  checked: {
    page: "https://www.elastic.co/docs/reference/opentelemetry/motlp/managed-otlp-endpoint",
    on: "2026-11-29",
  },
  endpoint: "{url}",
  domains: ["elastic.cloud"],
  fields: {
    url: {
      ask: "managed OTLP endpoint",
      where: "Elastic Cloud, your project or deployment, Connection details, Managed OTLP",
      example: "https://my-project-abc123.ingest.eu-central-1.aws.elastic.cloud",
    },
    apiKey: { ask: "API key", where: "Elastic Cloud, Connection details, Managed OTLP", secret: true },
  },
  headers: [{ name: "Authorization", value: "ApiKey {apiKey}" }],
  // Deployments before Elastic Stack 9.5.3 drop cumulative histograms.
  temporality: "delta",
};

export const sentry: Preset = {
  ...hosted,
  name: "sentry",
  title: "Sentry",
  docs: "docs.sentry.io: Direct OTLP Traces",
  checked: { page: "https://docs.sentry.io/concepts/otlp/direct/traces/", on: "2026-11-29" },
  endpoint: "https://{host}/api/{projectId}/integration/otlp",
  domains: ["ingest.sentry.io", "ingest.us.sentry.io", "ingest.de.sentry.io"],
  fields: {
    host: {
      ask: "host",
      where: "Sentry, Project Settings, Client Keys (DSN), OTLP traces endpoint",
      example: "o123.ingest.us.sentry.io",
    },
    projectId: {
      ask: "project id",
      where: "the number in the OTLP traces endpoint",
      example: "4505281256090153",
    },
    publicKey: { ask: "public key", where: "Sentry, Project Settings, Client Keys (DSN)", secret: true },
  },
  headers: [{ name: "x-sentry-auth", value: "sentry sentry_key={publicKey}" }],
  signals: ["traces"],
  notes: ["Sentry drops span events, so it does not show retries. It takes no metrics over OTLP."],
};
