/** Platforms for LLM applications. They accept traces and group turns into sessions by an attribute. */

import type { Preset } from "./preset.ts";

const platform = {
  signals: ["traces"],
  temporality: "cumulative",
  traceScope: "turn",
  dialect: "none",
  limits: {},
  notes: [],
} as const;

export const LLM_PLATFORMS: readonly Preset[] = [
  {
    ...platform,
    name: "langfuse",
    title: "Langfuse",
    docs: "langfuse.com: OpenTelemetry for LLM Observability",
    checked: { page: "https://langfuse.com/integrations/native/opentelemetry", on: "2026-11-29" },
    endpoint: "https://{host}/api/public/otel",
    domains: ["langfuse.com"],
    fields: {
      host: {
        ask: "host",
        where: "your region (cloud, us.cloud, jp.cloud or hipaa.cloud.langfuse.com) or your own server",
        default: "cloud.langfuse.com",
        example: "us.cloud.langfuse.com",
      },
      publicKey: { ask: "public key", where: "Langfuse, Project Settings, API Keys: pk-lf-…" },
      secretKey: { ask: "secret key", where: "Langfuse, Project Settings, API Keys: sk-lf-…", secret: true },
    },
    headers: [
      { name: "Authorization", value: "Basic {base64:publicKey:secretKey}" },
      // Without this header, data appears ten minutes later.
      { name: "x-langfuse-ingestion-version", value: "4" },
    ],
    dialect: "langfuse",
  },
  {
    ...platform,
    name: "langsmith",
    title: "LangSmith",
    docs: "docs.langchain.com: Trace with OpenTelemetry",
    checked: { page: "https://docs.langchain.com/langsmith/trace-with-opentelemetry", on: "2026-11-29" },
    endpoint: "https://{host}/otel",
    domains: ["smith.langchain.com"],
    fields: {
      host: {
        ask: "region's host",
        where: "your LangSmith region",
        default: "api.smith.langchain.com",
        oneOf: [
          "api.smith.langchain.com",
          "eu.api.smith.langchain.com",
          "apac.api.smith.langchain.com",
          "aws.api.smith.langchain.com",
        ],
      },
      apiKey: { ask: "API key", where: "LangSmith, Settings, API Keys", secret: true },
      project: { ask: "project", where: "any name", default: "claude-code" },
    },
    headers: [
      { name: "x-api-key", value: "{apiKey}" },
      { name: "Langsmith-Project", value: "{project}" },
    ],
    dialect: "langsmith",
    limits: { maxSpansPerTrace: 25_000 },
  },
  {
    ...platform,
    name: "arize",
    title: "Arize AX",
    docs: "arize.com: AX, OpenTelemetry",
    checked: { page: "https://pypi.org/project/arize-otel/0.14.1/", on: "2026-11-29" },
    endpoint: "https://{host}",
    domains: ["arize.com"],
    fields: {
      host: {
        ask: "region's host",
        where: "your Arize region",
        default: "otlp.arize.com",
        example: "otlp.eu-west-1a.arize.com",
      },
      spaceId: { ask: "space id", where: "Arize, Space Settings" },
      apiKey: { ask: "API key", where: "Arize, Space Settings, API Keys", secret: true },
      project: { ask: "project", where: "any name", default: "claude-code" },
    },
    // The headers that Arize's own package sends. The package calls the last two deprecated, but most of Arize's pages
    // still name only those.
    headers: [
      { name: "authorization", value: "{apiKey}" },
      { name: "arize-space-id", value: "{spaceId}" },
      { name: "api_key", value: "{apiKey}" },
      { name: "space_id", value: "{spaceId}" },
    ],
    resource: { "openinference.project.name": "{project}" },
    notes: [
      "ccotel sends key and space under the names that Arize's own package uses (authorization, arize-space-id) and, like that package, also under the older names of Arize's pages (api_key, space_id).",
    ],
    dialect: "openinference",
  },
  {
    ...platform,
    name: "braintrust",
    title: "Braintrust",
    docs: "braintrust.dev: OpenTelemetry",
    checked: {
      page: "https://www.braintrust.dev/docs/integrations/sdk-integrations/opentelemetry/send-traces-and-logs",
      on: "2026-11-29",
    },
    endpoint: "https://{host}/otel",
    domains: ["braintrust.dev"],
    fields: {
      host: { ask: "host", where: "your data plane", default: "api.braintrust.dev" },
      apiKey: { ask: "API key", where: "Braintrust, Settings, API keys", secret: true },
      project: { ask: "project", where: "Braintrust, Projects", default: "claude-code" },
    },
    headers: [
      { name: "Authorization", value: "Bearer {apiKey}" },
      { name: "x-bt-parent", value: "project_name:{project}" },
    ],
  },
  {
    ...platform,
    name: "weave",
    title: "W&B Weave",
    docs: "docs.wandb.ai: Weave, Send OpenTelemetry traces of agents",
    checked: { page: "https://docs.wandb.ai/weave/guides/tracking/trace-agents-otel", on: "2026-11-29" },
    endpoint: "https://{host}/agents/otel",
    domains: ["wandb.ai"],
    fields: {
      host: { ask: "host", where: "your Weave server", default: "trace.wandb.ai" },
      apiKey: { ask: "API key", where: "wandb.ai/authorize", secret: true },
      entity: { ask: "entity", where: "your W&B user or team name" },
      project: { ask: "project", where: "any name", default: "claude-code" },
    },
    headers: [{ name: "wandb-api-key", value: "{apiKey}" }],
    resource: { "wandb.entity": "{entity}", "wandb.project": "{project}" },
  },
  {
    ...platform,
    name: "laminar",
    title: "Laminar",
    docs: "laminar.sh: OpenTelemetry",
    checked: { page: "https://laminar.sh/docs/tracing/otel", on: "2026-11-29" },
    endpoint: "https://{host}",
    domains: ["lmnr.ai"],
    fields: {
      host: { ask: "host", where: "your Laminar server", default: "api.lmnr.ai" },
      apiKey: { ask: "project API key", where: "Laminar, Project Settings, Project API keys", secret: true },
    },
    headers: [{ name: "Authorization", value: "Bearer {apiKey}" }],
  },
  {
    ...platform,
    name: "opik",
    title: "Opik",
    docs: "comet.com: Opik, OpenTelemetry",
    checked: { page: "https://www.comet.com/docs/opik/integrations/opentelemetry", on: "2026-11-29" },
    endpoint: "https://{host}/api/v1/private/otel",
    domains: ["comet.com"],
    fields: {
      host: {
        ask: "host",
        where: "Comet's cloud, or your own server",
        default: "www.comet.com/opik",
        example: "opik.example",
      },
      apiKey: { ask: "API key", where: "Comet, Account Settings, API Keys", secret: true },
      workspace: { ask: "workspace", where: "Comet, the name in the address", default: "default" },
      project: { ask: "project", where: "any name", default: "claude-code" },
    },
    headers: [
      { name: "Authorization", value: "{apiKey}" },
      { name: "Comet-Workspace", value: "{workspace}" },
      { name: "projectName", value: "{project}" },
    ],
    notes: [
      "For a self-hosted server without users, use --endpoint http://localhost:5173/api/v1/private/otel.",
    ],
  },
];
