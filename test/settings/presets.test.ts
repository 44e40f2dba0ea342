import { describe, expect, test } from "vitest";
import { loadConfig, readiness } from "../../src/config/load.ts";
import { distance, nearest } from "../../src/config/text/nearest.ts";
import { configureText } from "../../src/settings/edit.ts";
import { parseNative } from "../../src/settings/presets/native.ts";
import type { Preset } from "../../src/settings/presets/preset.ts";
import { findPreset, PRESET_NAMES, PRESETS, presetOfEndpoint } from "../../src/settings/presets/presets.ts";
import { type Answers, resolvePreset } from "../../src/settings/presets/resolve.ts";
import { fieldsOf, fill } from "../../src/settings/presets/template.ts";

/** The result of each preset with the minimum of input. */
const expected: Record<string, { fields?: Record<string, string>; env: Record<string, string> }> = {
  "otel-collector": { env: { CCOTEL_ENDPOINT: "http://localhost:4318" } },
  jaeger: {
    env: { CCOTEL_ENDPOINT: "http://localhost:4318", CCOTEL_METRICS: "off", CCOTEL_DIALECT: "jaeger" },
  },
  tempo: {
    fields: { host: "tempo.example:4318", tenant: "team a" },
    env: {
      CCOTEL_ENDPOINT: "http://tempo.example:4318",
      CCOTEL_HEADERS: "X-Scope-OrgID=team%20a",
      CCOTEL_METRICS: "off",
      CCOTEL_TRACE_SCOPE: "turn",
    },
  },
  prometheus: { env: { CCOTEL_ENDPOINT: "http://localhost:9090/api/v1/otlp", CCOTEL_TRACES: "off" } },
  "datadog-agent": {
    env: {
      CCOTEL_ENDPOINT: "http://localhost:4318",
      CCOTEL_METRICS_TEMPORALITY: "delta",
      CCOTEL_TRACE_SCOPE: "turn",
    },
  },
  phoenix: {
    fields: { scheme: "https", host: "phoenix.example", apiKey: "ph=key" },
    env: {
      CCOTEL_ENDPOINT: "https://phoenix.example",
      CCOTEL_HEADERS: "Authorization=Bearer%20ph=key",
      CCOTEL_METRICS: "off",
      CCOTEL_DIALECT: "openinference",
    },
  },
  mlflow: {
    env: {
      CCOTEL_ENDPOINT: "http://localhost:5000",
      CCOTEL_HEADERS: "x-mlflow-experiment-id=0",
      CCOTEL_METRICS: "off",
      CCOTEL_DIALECT: "mlflow",
    },
  },
  victorialogs: {
    env: {
      CCOTEL_ENDPOINT: "http://localhost:9428/insert/opentelemetry",
      CCOTEL_TRACES: "off",
      CCOTEL_METRICS: "off",
      CCOTEL_LOGS: "on",
    },
  },
  loki: {
    fields: { host: "loki.example:3100", tenant: "team-a" },
    env: {
      CCOTEL_ENDPOINT: "http://loki.example:3100/otlp",
      CCOTEL_HEADERS: "X-Scope-OrgID=team-a",
      CCOTEL_TRACES: "off",
      CCOTEL_METRICS: "off",
      CCOTEL_LOGS: "on",
    },
  },
  generic: {
    fields: { url: "https://otlp.example/base/" },
    env: { CCOTEL_ENDPOINT: "https://otlp.example/base" },
  },
  "grafana-cloud": {
    fields: { zone: "prod-eu-west-2", instanceId: "123456", token: "glc_secret" },
    env: {
      CCOTEL_ENDPOINT: "https://otlp-gateway-prod-eu-west-2.grafana.net/otlp",
      CCOTEL_HEADERS: "Authorization=Basic%20MTIzNDU2OmdsY19zZWNyZXQ=",
      CCOTEL_TRACE_SCOPE: "turn",
    },
  },
  "datadog-llmobs": {
    fields: { site: "datadoghq.eu", apiKey: "dd-secret" },
    env: {
      CCOTEL_ENDPOINT: "https://otlp.datadoghq.eu",
      CCOTEL_HEADERS: "dd-api-key=dd-secret,dd-otlp-source=llmobs",
      CCOTEL_METRICS: "off",
      CCOTEL_TRACE_SCOPE: "turn",
      CCOTEL_DIALECT: "datadog",
    },
  },
  honeycomb: {
    fields: { apiKey: "hcaik_secret" },
    env: {
      CCOTEL_ENDPOINT: "https://api.honeycomb.io",
      CCOTEL_HEADERS: "x-honeycomb-team=hcaik_secret",
      CCOTEL_METRICS_HEADERS: "x-honeycomb-dataset=claude-code-metrics",
      CCOTEL_METRICS_TEMPORALITY: "delta",
      CCOTEL_TRACE_SCOPE: "turn",
    },
  },
  newrelic: {
    fields: { host: "otlp.eu01.nr-data.net", licenseKey: "eu01xxNRAL" },
    env: {
      CCOTEL_ENDPOINT: "https://otlp.eu01.nr-data.net",
      CCOTEL_HEADERS: "api-key=eu01xxNRAL",
      CCOTEL_METRICS_TEMPORALITY: "delta",
      CCOTEL_TRACE_SCOPE: "turn",
    },
  },
  "otel-desktop-viewer": { env: { CCOTEL_ENDPOINT: "http://localhost:4318" } },
  victoriatraces: {
    env: { CCOTEL_ENDPOINT: "http://localhost:10428/insert/opentelemetry", CCOTEL_METRICS: "off" },
  },
  victoriametrics: {
    env: { CCOTEL_ENDPOINT: "http://localhost:8428/opentelemetry", CCOTEL_TRACES: "off" },
  },
  openobserve: {
    fields: { email: "ada@example.com", password: "secret" },
    env: {
      CCOTEL_ENDPOINT: "https://api.openobserve.ai/api/default",
      CCOTEL_HEADERS: "Authorization=Basic%20YWRhQGV4YW1wbGUuY29tOnNlY3JldA==,stream-name=default",
      CCOTEL_TRACE_SCOPE: "turn",
    },
  },
  sentry: {
    fields: { host: "o1.ingest.us.sentry.io", projectId: "42", publicKey: "a785" },
    env: {
      CCOTEL_ENDPOINT: "https://o1.ingest.us.sentry.io/api/42/integration/otlp",
      CCOTEL_HEADERS: "x-sentry-auth=sentry%20sentry_key=a785",
      CCOTEL_METRICS: "off",
      CCOTEL_TRACE_SCOPE: "turn",
    },
  },
  opik: {
    fields: { apiKey: "secret" },
    env: {
      CCOTEL_ENDPOINT: "https://www.comet.com/opik/api/v1/private/otel",
      CCOTEL_HEADERS: "Authorization=secret,Comet-Workspace=default,projectName=claude-code",
      CCOTEL_METRICS: "off",
      CCOTEL_TRACE_SCOPE: "turn",
    },
  },
  dash0: {
    fields: { region: "eu-west-1", token: "auth_secret" },
    env: {
      CCOTEL_ENDPOINT: "https://ingress.eu-west-1.aws.dash0.com",
      CCOTEL_HEADERS: "Authorization=Bearer%20auth_secret,Dash0-Dataset=default",
      CCOTEL_MAX_ATTRIBUTES_PER_SPAN: "32",
      CCOTEL_MAX_ATTRIBUTES_PER_LOG_RECORD: "16",
      CCOTEL_TRACE_SCOPE: "turn",
    },
  },
  dynatrace: {
    fields: { environment: "abc12345", token: "dt0c01.secret" },
    env: {
      CCOTEL_ENDPOINT: "https://abc12345.live.dynatrace.com/api/v2/otlp",
      CCOTEL_HEADERS: "Authorization=Api-Token%20dt0c01.secret",
      CCOTEL_METRICS_TEMPORALITY: "delta",
      CCOTEL_TRACE_SCOPE: "turn",
    },
  },
  elastic: {
    fields: { url: "https://p-1.ingest.eu-central-1.aws.elastic.cloud", apiKey: "ZWxhc3RpYw==" },
    env: {
      CCOTEL_ENDPOINT: "https://p-1.ingest.eu-central-1.aws.elastic.cloud",
      CCOTEL_HEADERS: "Authorization=ApiKey%20ZWxhc3RpYw==",
      CCOTEL_METRICS_TEMPORALITY: "delta",
      CCOTEL_TRACE_SCOPE: "turn",
    },
  },
  signoz: {
    fields: { region: "eu", ingestionKey: "signoz-secret" },
    env: {
      CCOTEL_ENDPOINT: "https://ingest.eu.signoz.cloud:443",
      CCOTEL_HEADERS: "signoz-ingestion-key=signoz-secret",
      CCOTEL_TRACE_SCOPE: "turn",
    },
  },
  axiom: {
    fields: { token: "xaat-secret" },
    env: {
      CCOTEL_ENDPOINT: "https://api.axiom.co",
      CCOTEL_HEADERS: "Authorization=Bearer%20xaat-secret",
      CCOTEL_TRACES_HEADERS: "X-Axiom-Dataset=claude-code-traces",
      CCOTEL_METRICS_HEADERS: "X-Axiom-Metrics-Dataset=claude-code-metrics",
      CCOTEL_TRACE_SCOPE: "turn",
    },
  },
  logfire: {
    fields: { region: "eu", token: "pylf_v1_eu_secret" },
    env: {
      CCOTEL_ENDPOINT: "https://logfire-eu.pydantic.dev",
      CCOTEL_HEADERS: "Authorization=pylf_v1_eu_secret",
      CCOTEL_METRICS_TEMPORALITY: "delta",
      CCOTEL_TRACE_SCOPE: "turn",
    },
  },
  langfuse: {
    fields: { publicKey: "pk-lf-1", secretKey: "sk-lf-2" },
    env: {
      CCOTEL_ENDPOINT: "https://cloud.langfuse.com/api/public/otel",
      CCOTEL_HEADERS: "Authorization=Basic%20cGstbGYtMTpzay1sZi0y,x-langfuse-ingestion-version=4",
      CCOTEL_METRICS: "off",
      CCOTEL_TRACE_SCOPE: "turn",
      CCOTEL_DIALECT: "langfuse",
    },
  },
  langsmith: {
    fields: { host: "eu.api.smith.langchain.com", apiKey: "lsv2_secret" },
    env: {
      CCOTEL_ENDPOINT: "https://eu.api.smith.langchain.com/otel",
      CCOTEL_HEADERS: "x-api-key=lsv2_secret,Langsmith-Project=claude-code",
      CCOTEL_METRICS: "off",
      CCOTEL_TRACE_SCOPE: "turn",
      CCOTEL_DIALECT: "langsmith",
    },
  },
  arize: {
    fields: { spaceId: "U3BhY2U6MQ==", apiKey: "ak-secret" },
    env: {
      CCOTEL_ENDPOINT: "https://otlp.arize.com",
      CCOTEL_HEADERS:
        "authorization=ak-secret,arize-space-id=U3BhY2U6MQ==,api_key=ak-secret,space_id=U3BhY2U6MQ==",
      CCOTEL_RESOURCE_ATTRIBUTES: "openinference.project.name=claude-code",
      CCOTEL_METRICS: "off",
      CCOTEL_TRACE_SCOPE: "turn",
      CCOTEL_DIALECT: "openinference",
    },
  },
  braintrust: {
    fields: { apiKey: "sk-secret", project: "Our coding" },
    env: {
      CCOTEL_ENDPOINT: "https://api.braintrust.dev/otel",
      CCOTEL_HEADERS: "Authorization=Bearer%20sk-secret,x-bt-parent=project_name:Our%20coding",
      CCOTEL_METRICS: "off",
      CCOTEL_TRACE_SCOPE: "turn",
    },
  },
  weave: {
    fields: { apiKey: "wandb-secret", entity: "our-team" },
    env: {
      CCOTEL_ENDPOINT: "https://trace.wandb.ai/agents/otel",
      CCOTEL_HEADERS: "wandb-api-key=wandb-secret",
      CCOTEL_RESOURCE_ATTRIBUTES: "wandb.entity=our-team,wandb.project=claude-code",
      CCOTEL_METRICS: "off",
      CCOTEL_TRACE_SCOPE: "turn",
    },
  },
  laminar: {
    fields: { apiKey: "lmnr-secret" },
    env: {
      CCOTEL_ENDPOINT: "https://api.lmnr.ai",
      CCOTEL_HEADERS: "Authorization=Bearer%20lmnr-secret",
      CCOTEL_METRICS: "off",
      CCOTEL_TRACE_SCOPE: "turn",
    },
  },
};

function preset(name: string): Preset {
  const found = findPreset(name);
  if (found.kind === "unknown") throw new Error(`no preset ${name}`);
  return found.preset;
}

function resolve(name: string, answers: Answers = {}) {
  return resolvePreset(preset(name), {
    ...answers,
    fields: { ...expected[name]?.fields, ...answers.fields },
  });
}

const codes = (problems: readonly { code: string }[]) => problems.map(({ code }) => code);

test("a preset that was compared with the vendor's page has the page and the date", () => {
  for (const { name, checked } of PRESETS.filter((one) => one.checked !== undefined)) {
    expect(checked?.page, name).toMatch(/^https:\/\//);
    expect(checked?.on, name).toMatch(/^\d{4}-\d\d-\d\d$/);
  }
});

test("dash0 has regions in several clouds", () => {
  const fields = { region: "europe-west4", cloud: "gcp", token: "auth_secret" };
  const dash0 = PRESETS.find(({ name }) => name === "dash0") as Preset;
  expect(resolvePreset(dash0, { fields }).env.CCOTEL_ENDPOINT).toBe(
    "https://ingress.europe-west4.gcp.dash0.com",
  );
});

describe("every preset", () => {
  test("is in the table of this test", () => {
    expect(Object.keys(expected).sort()).toEqual([...PRESET_NAMES].sort());
  });

  for (const { name, signals, temporality, fields, headers, resource, endpoint } of PRESETS) {
    test(`${name} writes the expected variables`, () => {
      const { env, problems } = resolve(name);
      expect(env).toEqual(expected[name]?.env);
      const secret = Object.keys(expected[name]?.fields ?? {}).some((field) => fields[field]?.secret);
      expect(codes(problems)).toEqual(secret ? ["plain-text-secret"] : []);
    });

    test(`${name} is read by ccotel without a problem`, () => {
      const loaded = loadConfig({ env: {}, settingsEnv: resolve(name).env, homeDir: "/home/ada" });
      expect(loaded.problems).toEqual([]);
      expect(readiness(loaded)).toBe("ready");
      expect(loaded.config.traces.enabled).toBe(signals.includes("traces"));
      expect(loaded.config.metrics.enabled).toBe(signals.includes("metrics"));
      if (signals.includes("metrics")) expect(loaded.config.temporality).toBe(temporality);
    });

    test(`${name} with native telemetry writes only values that the client knows`, () => {
      const { env, problems } = resolve(name, { native: ["metrics", "logs"] });
      const taken = ["metrics", "logs"].filter((signal) => (signals as readonly string[]).includes(signal));
      if (taken.length === 0) expect(env).toEqual(expected[name]?.env);
      else {
        expect(env).toMatchObject({
          ...expected[name]?.env,
          CLAUDE_CODE_ENABLE_TELEMETRY: "1",
          OTEL_METRICS_EXPORTER: taken.includes("metrics") ? "otlp" : "none",
          OTEL_LOGS_EXPORTER: taken.includes("logs") ? "otlp" : "none",
          OTEL_TRACES_EXPORTER: "none",
          OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
          OTEL_EXPORTER_OTLP_ENDPOINT: env.CCOTEL_ENDPOINT,
          ...(taken.includes("metrics")
            ? { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: temporality }
            : {}),
        });
        expect(env).not.toHaveProperty("CLAUDE_CODE_ENHANCED_TELEMETRY_BETA");
      }
      expect(codes(problems).filter((code) => code === "native-not-taken")).toHaveLength(2 - taken.length);
    });

    test(`${name} asks exactly for the fields that it uses`, () => {
      const used = [endpoint, ...headers.map(({ value }) => value), ...Object.values(resource ?? {})].flatMap(
        fieldsOf,
      );
      expect([...new Set(used)].sort()).toEqual(Object.keys(fields).sort());
      for (const { default: standard, oneOf } of Object.values(fields)) {
        if (oneOf && standard !== undefined) expect(oneOf).toContain(standard);
      }
    });

    test(`${name} can be written into a settings file`, () => {
      const { env } = resolve(name, { native: ["metrics"] });
      const result = configureText(null, { env, hooks: [], bin: "/b" });
      expect(result.kind === "done" && JSON.parse(result.text)).toEqual({ env });
    });
  }

  test("with session scope is one of these", () => {
    const session = PRESETS.filter(
      (row) => row.traceScope === "session" && row.signals.join() !== "logs",
    ).map((row) => row.name);
    expect(session.sort()).toEqual([
      "generic",
      "jaeger",
      "mlflow",
      "otel-collector",
      "otel-desktop-viewer",
      "phoenix",
      "prometheus",
      "victoriametrics",
      "victoriatraces",
    ]);
  });
});

describe("a secret", () => {
  const fields = { apiKey: "hcaik_secret" };

  test("is written into a separate file on request", () => {
    const { env, headersFile, problems } = resolve("honeycomb", {
      fields,
      secrets: { kind: "file", path: "/home/ada/.ccotel/headers" },
    });
    expect(JSON.stringify(env)).not.toContain("hcaik_secret");
    expect(env).toMatchObject({
      CCOTEL_HEADERS_FILE: "/home/ada/.ccotel/headers",
      CCOTEL_METRICS_HEADERS: "x-honeycomb-dataset=claude-code-metrics",
    });
    expect(headersFile).toEqual({
      path: "/home/ada/.ccotel/headers",
      text: "x-honeycomb-team: hcaik_secret\n",
    });
    expect(problems).toEqual([]);
  });

  test("in a separate file is missing in native telemetry, which is reported", () => {
    const { problems } = resolve("honeycomb", { secrets: { kind: "file", path: "/f" }, native: ["logs"] });
    expect(codes(problems)).toEqual(["native-without-headers"]);
  });

  test("that is already in the file need not be given again", () => {
    const { env, headersFile, problems } = resolvePreset(preset("langfuse"), {
      secrets: { kind: "file", path: "/f" },
    });
    expect(env.CCOTEL_HEADERS_FILE).toBe("/f");
    expect(headersFile).toBeUndefined();
    expect(problems).toEqual([]);
  });

  test("can come from a helper for both ccotel and native telemetry", () => {
    const { env, otelHeadersHelper } = resolvePreset(preset("axiom"), {
      secrets: { kind: "helper", command: "/usr/local/bin/headers" },
      native: ["metrics"],
    });
    expect(otelHeadersHelper).toBe("/usr/local/bin/headers");
    expect(env.CCOTEL_HEADERS).toBeUndefined();
    expect(env.OTEL_EXPORTER_OTLP_METRICS_HEADERS).toBe("X-Axiom-Metrics-Dataset=claude-code-metrics");
    const { config, problems } = loadConfig({
      env: {},
      settingsEnv: env,
      headersHelper: "/usr/local/bin/headers",
      homeDir: "/home/ada",
    });
    expect(problems).toEqual([]);
    expect(config.traces.headersHelper).toBe("/usr/local/bin/headers");
    expect(config.traces.headers).toEqual({ "x-axiom-dataset": "claude-code-traces" });
  });

  test("can stay in the environment of the shell", () => {
    const { env, problems } = resolvePreset(preset("newrelic"), { secrets: { kind: "environment" } });
    expect(env.CCOTEL_HEADERS).toBeUndefined();
    expect(problems).toEqual([
      {
        severity: "note",
        code: "export-yourself",
        message:
          "Run configure with CCOTEL_HEADERS set to api-key=…: hooks take nothing from the environment of a session.",
      },
    ]);
  });
});

describe("answers", () => {
  test("that are missing are listed with their names and where to find them", () => {
    const { env, problems } = resolvePreset(preset("grafana-cloud"), {});
    expect(env).toEqual({});
    expect(codes(problems)).toEqual(["missing-answer", "missing-answer", "missing-answer"]);
    expect(problems[2]?.message).toBe(
      "Grafana Cloud needs the access token (--field token=…): generated by Grafana Cloud, your stack, OpenTelemetry, Configure.",
    );
  });

  test("that are mistyped get a suggestion", () => {
    const { problems } = resolve("dash0", { fields: { regoin: "x" } });
    expect(problems[0]?.message).toBe('Dash0 has no field "regoin": did you mean region?');
    expect(codes(resolve("signoz", { fields: { region: "mars" } }).problems)).toEqual(["bad-answer"]);
  });

  test.each([
    ["langfuse", { host: "https://us.cloud.langfuse.com/" }, "https://us.cloud.langfuse.com/api/public/otel"],
    ["langfuse", { host: "http://localhost:3000" }, "http://localhost:3000/api/public/otel"],
    ["langsmith", { host: "https://eu.api.smith.langchain.com" }, "https://eu.api.smith.langchain.com/otel"],
    ["tempo", { host: "https://tempo.example:4318/" }, "https://tempo.example:4318"],
    ["phoenix", { host: "https://phoenix.example" }, "https://phoenix.example"],
  ])("take the address where %s asks for a host: %j", (name, fields, endpoint) => {
    const secrets = { publicKey: "p", secretKey: "s", apiKey: "a" };
    const known = Object.keys(preset(name).fields);
    const rest = Object.fromEntries(Object.entries(secrets).filter(([key]) => known.includes(key)));
    expect(resolve(name, { fields: { ...rest, ...fields } }).env.CCOTEL_ENDPOINT).toBe(endpoint);
  });

  test("that are an address instead of a part of it are rejected", () => {
    const fields = { environment: "https://abc12345.live.dynatrace.com", token: "t" };
    const { problems } = resolve("dynatrace", { fields });
    expect(problems.map(({ message }) => message)).toEqual([
      'The environment id of Dynatrace is only a part of the address, such as abc12345, not "https://abc12345.live.dynatrace.com".',
    ]);
  });

  test("with an endpoint need no fields for its parts", () => {
    const { env } = resolvePreset(preset("grafana-cloud"), {
      endpoint: "http://gateway.example:4318/",
      fields: { instanceId: "1", token: "t" },
    });
    expect(env.CCOTEL_ENDPOINT).toBe("http://gateway.example:4318");
  });

  test("with a wrong endpoint are rejected", () => {
    for (const endpoint of ["localhost:4318", "http://localhost:4317", "http://localhost:4318/v1/traces"]) {
      const { env, problems } = resolve("otel-collector", { endpoint });
      expect(env).toEqual({});
      expect(codes(problems)).toEqual(["bad-endpoint"]);
    }
  });

  test("can have headers, which replace the preset's", () => {
    const { env, problems } = resolve("mlflow", {
      headers: { "X-MLflow-Experiment-Id": "7", authorization: "Basic a,b" },
    });
    expect(env.CCOTEL_HEADERS).toBe("X-MLflow-Experiment-Id=7,authorization=Basic%20a%2Cb");
    expect(codes(problems)).toEqual(["plain-text-secret"]);
    expect(codes(resolve("generic", { headers: { "bad name": "x" } }).problems)).toContain("bad-header");
  });

  test("about content, redaction, scope and metrics are written if they differ from the default", () => {
    const { env, problems } = resolve("tempo", {
      content: "details",
      redact: "on",
      traceScope: "session",
      metrics: true,
    });
    expect(env).toMatchObject({ CCOTEL_CONTENT: "details", CCOTEL_REDACT: "on", CCOTEL_METRICS: "off" });
    expect(env).not.toHaveProperty("CCOTEL_TRACE_SCOPE");
    expect(codes(problems)).toEqual(["metrics-not-taken", "trace-scope"]);
    expect(
      resolve("otel-collector", { content: "none", redact: "off", metrics: false, traceScope: "turn" }).env,
    ).toEqual({
      CCOTEL_ENDPOINT: "http://localhost:4318",
      CCOTEL_METRICS: "off",
      CCOTEL_TRACE_SCOPE: "turn",
    });
  });

  test("are added to existing resource attributes", () => {
    const { env } = resolve("weave", { env: { OTEL_RESOURCE_ATTRIBUTES: "team=data,wandb.project=old" } });
    expect(env.CCOTEL_RESOURCE_ATTRIBUTES).toBe("team=data,wandb.entity=our-team,wandb.project=claude-code");
  });
});

describe("native telemetry", () => {
  test("with traces is enabled, and duplicate traces are reported", () => {
    const { env, problems } = resolve("otel-collector", { native: ["traces"] });
    expect(env).toEqual({
      CCOTEL_ENDPOINT: "http://localhost:4318",
      CLAUDE_CODE_ENABLE_TELEMETRY: "1",
      CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: "1",
      OTEL_METRICS_EXPORTER: "none",
      OTEL_LOGS_EXPORTER: "none",
      OTEL_TRACES_EXPORTER: "otlp",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://localhost:4318",
    });
    expect(codes(problems)).toEqual(["native-and-own-traces"]);
  });

  test("gets the headers of its signals", () => {
    expect(resolve("axiom", { native: ["logs", "metrics"] }).env).toMatchObject({
      OTEL_EXPORTER_OTLP_HEADERS: "Authorization=Bearer%20xaat-secret",
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: "X-Axiom-Metrics-Dataset=claude-code-metrics",
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: "X-Axiom-Dataset=claude-code-logs",
    });
  });

  test("is chosen by the names of signals", () => {
    expect(parseNative("logs, Metrics")).toEqual(["metrics", "logs"]);
    expect(parseNative("off")).toEqual([]);
    expect(parseNative("")).toEqual([]);
    expect(parseNative("metrics,off")).toBeUndefined();
    expect(parseNative("metric")).toBeUndefined();
  });
});

describe("finding a preset", () => {
  test("by a mistyped name suggests the nearest one", () => {
    const suggestion = (name: string) => {
      const found = findPreset(name);
      return found.kind === "found" ? found.preset.name : `? ${found.suggestion}`;
    };
    expect(suggestion("Jaeger ")).toBe("jaeger");
    expect(suggestion("jeager")).toBe("? jaeger");
    expect(suggestion("grafanacloud")).toBe("? grafana-cloud");
    expect(suggestion("datadog")).toBe("? datadog-agent");
    expect(suggestion("new-relic")).toBe("? newrelic");
    expect(suggestion("collector")).toBe("? otel-collector");
    expect(suggestion("splunk-observability")).toBe("? undefined");
  });

  test("works with the address of a vendor", () => {
    for (const { name, domains } of PRESETS) {
      if (domains) expect(presetOfEndpoint(expected[name]?.env.CCOTEL_ENDPOINT ?? "")?.name).toBe(name);
      else expect(presetOfEndpoint(expected[name]?.env.CCOTEL_ENDPOINT ?? "")).toBeUndefined();
    }
    expect(presetOfEndpoint("https://honeycomb.io.evil.example")).toBeUndefined();
    expect(presetOfEndpoint("no address")).toBeUndefined();
  });

  test("uses the distance of words", () => {
    expect(distance("kitten", "sitting")).toBe(3);
    expect(distance("", "abc")).toBe(3);
    expect(nearest("zzz", ["abc"])).toBeUndefined();
  });

  test("fills the fields of templates", () => {
    const answers = new Map([
      ["a", "x"],
      ["b", "y"],
    ]);
    expect(fill("{a}-{base64:a:b}", answers)).toBe("x-eDp5");
    expect(fill("{a}{c}", answers)).toBeUndefined();
  });
});
