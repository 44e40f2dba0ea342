import { describe, expect, it } from "vitest";
import { type ConfigInput, loadConfig, readiness } from "../../src/config/load.ts";
import { describeSource } from "../../src/config/source.ts";

const load = (input: Partial<ConfigInput> = {}) => loadConfig({ env: {}, homeDir: "/home/ann", ...input });
const messages = (input: Partial<ConfigInput>) => load(input).problems.map((problem) => problem.message);

describe("without any setting", () => {
  const loaded = load();

  it("no endpoint is configured, not even localhost", () => {
    expect(readiness(loaded)).toBe("unconfigured");
    expect(loaded.config.traces.url).toBeUndefined();
    expect(loaded.config.metrics.url).toBeUndefined();
    expect(loaded.problems).toEqual([]);
  });

  it("every option has its default, and its source says so", () => {
    expect(loaded.config).toMatchObject({
      home: "/home/ann/.ccotel",
      sdkDisabled: false,
      traceScope: "session",
      content: "none",
      redact: "off",
      tracesSample: 1,
      repository: false,
      userId: "none",
      maxSpansPerTrace: 2000,
      maxAttributesPerSpan: 128,
      maxAttributesPerLogRecord: 128,
      idleCloseMs: 6 * 3_600_000,
      metricAttributes: [],
      temporality: "cumulative",
      dialect: "none",
      serviceName: "claude-code",
      resourceAttributes: {},
      proxy: { http: undefined, https: undefined, except: undefined },
      traces: { enabled: true, headers: {}, timeoutMs: 10_000 },
      metrics: { enabled: true },
    });
    expect(new Set(Object.values(loaded.sources).map(describeSource))).toEqual(new Set(["default"]));
  });
});

describe("precedence", () => {
  const everywhere = {
    flags: { endpoint: "http://flag:4318" },
    env: { CCOTEL_ENDPOINT: "http://own-env:4318", OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel-env:4318" },
    settingsEnv: {
      CCOTEL_ENDPOINT: "http://own-settings:4318",
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel-settings:4318",
    },
    otelFromEnvironment: true,
  };
  const winner = (input: Partial<ConfigInput>) => {
    const { config, sources } = load(input);
    return [config.traces.url, describeSource(sources["traces.endpoint"])];
  };
  const { flags: _, ...noFlags } = everywhere;

  it("a flag comes first", () => {
    expect(winner(everywhere)).toEqual(["http://flag:4318/v1/traces", "--endpoint"]);
  });

  it("then CCOTEL_* of the environment", () => {
    expect(winner(noFlags)).toEqual(["http://own-env:4318/v1/traces", "CCOTEL_ENDPOINT (environment)"]);
  });

  it("then OTEL_* of the environment, in a run by hand", () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel-env:4318" };
    expect(winner({ ...noFlags, env })).toEqual([
      "http://otel-env:4318/v1/traces",
      "OTEL_EXPORTER_OTLP_ENDPOINT (environment)",
    ]);
  });

  it("OTEL_* of a hook's environment is never used", () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel-env:4318" };
    expect(winner({ ...noFlags, env, otelFromEnvironment: false })[0]).toBe(
      "http://own-settings:4318/v1/traces",
    );
  });

  it("then managed settings", () => {
    const managedEnv = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://managed:4318" };
    expect(winner({ managedEnv, settingsEnv: everywhere.settingsEnv })).toEqual([
      "http://managed:4318/v1/traces",
      "OTEL_EXPORTER_OTLP_ENDPOINT (managed settings)",
    ]);
    expect(winner({ ...noFlags, managedEnv })[1]).toBe("CCOTEL_ENDPOINT (environment)");
  });

  it("then CCOTEL_* and last OTEL_* of the settings", () => {
    expect(winner({ settingsEnv: everywhere.settingsEnv })).toEqual([
      "http://own-settings:4318/v1/traces",
      "CCOTEL_ENDPOINT (settings.json)",
    ]);
    expect(winner({ settingsEnv: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel-settings:4318" } })).toEqual([
      "http://otel-settings:4318/v1/traces",
      "OTEL_EXPORTER_OTLP_ENDPOINT (settings.json)",
    ]);
  });

  it("a signal's own name precedes the general one from the same source", () => {
    const settingsEnv = {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://general:4318",
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://own:4318/x",
    };
    expect(load({ settingsEnv }).config.traces.url).toBe("http://own:4318/x");
    expect(load({ settingsEnv }).config.metrics.url).toBe("http://general:4318/v1/metrics");
    expect(load({ settingsEnv, flags: { endpoint: "http://flag:4318" } }).config.traces.url).toBe(
      "http://flag:4318/v1/traces",
    );
    expect(load({ settingsEnv, env: { CCOTEL_ENDPOINT: "http://ours:4318" } }).config.traces.url).toBe(
      "http://ours:4318/v1/traces",
    );
  });

  it("an empty or blank value is ignored", () => {
    const settingsEnv = { CCOTEL_ENDPOINT: "http://settings:4318" };
    expect(winner({ env: { CCOTEL_ENDPOINT: "" }, settingsEnv })[0]).toBe("http://settings:4318/v1/traces");
    expect(winner({ env: { CCOTEL_ENDPOINT: "  " }, settingsEnv })[0]).toBe("http://settings:4318/v1/traces");
  });

  it("the service name comes from OTEL_SERVICE_NAME, else from the resource attributes", () => {
    const settingsEnv = { OTEL_RESOURCE_ATTRIBUTES: "service.name=from-attributes,team=a%2Cb" };
    expect(load({ settingsEnv }).config.serviceName).toBe("from-attributes");
    expect(load({ settingsEnv }).config.resourceAttributes).toEqual({
      "service.name": "from-attributes",
      team: "a,b",
    });
    expect(load({ settingsEnv: { ...settingsEnv, OTEL_SERVICE_NAME: "named" } }).config.serviceName).toBe(
      "named",
    );
  });
});

describe("endpoints", () => {
  const traces = (env: Record<string, string>) => load({ env }).config.traces.url;

  it.each([
    ["http://h:4318", "http://h:4318/v1/traces"],
    ["http://h:4318/", "http://h:4318/v1/traces"],
    ["https://h/otlp", "https://h/otlp/v1/traces"],
    ["https://h/otlp/", "https://h/otlp/v1/traces"],
    ["https://h/otlp?tenant=a", "https://h/otlp/v1/traces?tenant=a"],
    [" http://[::1]:4318 ", "http://[::1]:4318/v1/traces"],
  ])("the base %s becomes %s", (base, url) => {
    expect(traces({ CCOTEL_ENDPOINT: base })).toBe(url);
  });

  it("a signal's endpoint is used as it is", () => {
    expect(traces({ CCOTEL_TRACES_ENDPOINT: "https://h/in/spans?key=v" })).toBe("https://h/in/spans?key=v");
    expect(load({ env: { CCOTEL_METRICS_ENDPOINT: "https://h/m" } }).config.metrics.url).toBe("https://h/m");
  });

  it.each(["collector:4318", "localhost:4318", "ftp://h:4318", "http://", "grpc://h:4317", "4318"])(
    "%s is rejected, and neither localhost nor another setting replaces it",
    (text) => {
      const loaded = load({
        env: { CCOTEL_ENDPOINT: text },
        settingsEnv: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://other:4318" },
      });
      expect(loaded.config.traces.url).toBeUndefined();
      expect(loaded.config.metrics.url).toBeUndefined();
      expect(loaded.problems).toHaveLength(1);
      expect(loaded.problems[0]?.message).toContain("must be a URL ");
      expect(readiness(loaded)).toBe("faulty");
    },
  );

  it("the error about a missing scheme names the value, its source and a correct value", () => {
    expect(messages({ env: { CCOTEL_ENDPOINT: "collector:4318" } })).toEqual([
      'CCOTEL_ENDPOINT (environment) is "collector:4318", but must be a URL that starts with http:// or https://, such as http://collector:4318.',
    ]);
  });

  it.each([
    "http://collector.example:99999",
    "http://ex ample:4318",
    "https://",
    "http://[fe80::1%25eth0]:4318",
  ])("the error about %s does not ask for the scheme that it has, nor repeat the fault", (text) => {
    expect(messages({ env: { CCOTEL_ENDPOINT: text } })).toEqual([
      `CCOTEL_ENDPOINT (environment) is "${text}", but must be a URL with a valid host, and a port up to 65535 if there is one, such as http://collector.example:4318.`,
    ]);
  });

  it("port 4317 is rejected as gRPC, and the error says what to use instead", () => {
    const loaded = load({ settingsEnv: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4317" } });
    expect(loaded.config.traces.url).toBeUndefined();
    expect(loaded.problems.map((problem) => problem.message)).toEqual([
      'OTEL_EXPORTER_OTLP_ENDPOINT (settings.json) is "http://collector:4317", but must not be port 4317, where collectors speak gRPC: ccotel speaks http/protobuf, usually on port 4318 (http://collector:4318).',
    ]);
  });

  it("protocol grpc is rejected for an OTEL endpoint, and ignored with a CCOTEL endpoint", () => {
    const otel = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4000", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" };
    expect(load({ settingsEnv: otel }).config.traces.url).toBeUndefined();
    expect(messages({ settingsEnv: otel })[0]).toMatch(
      /^OTEL_EXPORTER_OTLP_PROTOCOL \(settings\.json\) is grpc, .*CCOTEL_ENDPOINT .*4318\.$/,
    );
    const both = { ...otel, CCOTEL_ENDPOINT: "http://c:4318" };
    expect(load({ settingsEnv: both }).problems).toEqual([]);
    expect(load({ settingsEnv: both }).config.traces.url).toBe("http://c:4318/v1/traces");
  });

  it("a base that already ends with /v1/traces is rejected", () => {
    expect(messages({ env: { CCOTEL_ENDPOINT: "http://h:4318/v1/traces" } })[0]).toContain(
      "must be the address before /v1/traces, which ccotel adds by itself (http://h:4318)",
    );
  });

  it("the error about a URL does not show passwords and keys", () => {
    const [message] = messages({ env: { CCOTEL_ENDPOINT: "http://ann:hunter2@h:4317/?key=hunter3" } });
    expect(message).toContain("****@h:4317");
    expect(message).not.toMatch(/hunter/);
  });

  it("an address that was copied from a message, with a masked key, is rejected", () => {
    for (const masked of [
      "https://in.example/abcd****",
      "https://****@in.example/",
      "https://in.example/?k=****",
    ]) {
      const loaded = load({ env: { CCOTEL_ENDPOINT: masked } });
      expect(loaded.config.traces.url).toBeUndefined();
      expect(loaded.problems.map(({ message }) => message)).toEqual([
        `CCOTEL_ENDPOINT (environment) is "${masked}", but must have the secret itself: **** is what ccotel shows in its place.`,
      ]);
    }
  });

  it("one signal can have an endpoint while the other has none", () => {
    const loaded = load({ env: { CCOTEL_TRACES_ENDPOINT: "http://h:4318/v1/traces" } });
    expect(readiness(loaded)).toBe("ready");
    expect(loaded.config.metrics.url).toBeUndefined();
  });

  it("a wrong metrics endpoint stops metrics, not traces, and is no problem while metrics are off", () => {
    const env = { CCOTEL_ENDPOINT: "http://h:4318", CCOTEL_METRICS_ENDPOINT: "nonsense" };
    expect(readiness(load({ env }))).toBe("ready");
    expect(load({ env }).config.metrics.url).toBeUndefined();
    expect(load({ env }).problems).toHaveLength(1);
    expect(load({ env: { ...env, CCOTEL_METRICS: "off" } }).problems).toEqual([]);
  });
});

describe("headers", () => {
  const endpoint = "https://vendor.example";

  it("values are percent-decoded, and names are lower-cased", () => {
    const env = {
      CCOTEL_ENDPOINT: endpoint,
      CCOTEL_HEADERS: "Authorization=Basic%20YWJj==, X-Tenant = a%2Cb ,k=100%",
    };
    expect(load({ env }).config.traces.headers).toEqual({
      authorization: "Basic YWJj==",
      "x-tenant": "a,b",
      k: "100%",
    });
  });

  it("a signal's own headers are added to the general ones, and replace those with the same name", () => {
    const settingsEnv = {
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: "a=1,b=1",
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: "b=2",
    };
    const loaded = load({ settingsEnv });
    expect(loaded.config.traces.headers).toEqual({ a: "1", b: "2" });
    expect(loaded.config.metrics.headers).toEqual({ a: "1", b: "1" });
    expect(describeSource(loaded.sources["traces.headers"])).toBe(
      "OTEL_EXPORTER_OTLP_TRACES_HEADERS (settings.json) + OTEL_EXPORTER_OTLP_HEADERS (settings.json)",
    );
  });

  it("each --header is one header, commas included", () => {
    const flags = { endpoint, header: ["x-a=1,2", "authorization=Bearer abc"] };
    expect(load({ flags }).config.traces.headers).toEqual({ "x-a": "1,2", authorization: "Bearer abc" });
  });

  it("the token of one endpoint is not sent to another", () => {
    const loaded = load({
      flags: { endpoint: "http://localhost:4318" },
      settingsEnv: { CCOTEL_ENDPOINT: endpoint, CCOTEL_HEADERS: "x-key=secret", CCOTEL_HEADERS_FILE: "~/h" },
    });
    expect(loaded.config.traces).toMatchObject({ headers: {}, headersFile: undefined });
    expect(loaded.problems).toContainEqual(
      expect.objectContaining({
        severity: "note",
        message:
          "CCOTEL_HEADERS (settings.json) is not sent to http://localhost:4318: it was set beside https://vendor.example.",
      }),
    );
    expect(readiness(loaded)).toBe("ready");
  });

  it("native telemetry's headers are not sent if only its metrics have an endpoint", () => {
    const settingsEnv = {
      CCOTEL_ENDPOINT: "http://h:4318",
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "https://vendor.example/v1/metrics",
      OTEL_EXPORTER_OTLP_HEADERS: "x-key=secret",
    };
    expect(load({ settingsEnv }).config.traces.headers).toEqual({});
    expect(load({ settingsEnv }).config.metrics.headers).toEqual({});
  });

  it("the headers stay if a flag names the same endpoint again", () => {
    const loaded = load({
      flags: { endpoint: `${endpoint}/`, header: ["x-extra=1"] },
      settingsEnv: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: "x-key=secret" },
    });
    expect(loaded.config.traces.headers).toEqual({ "x-key": "secret", "x-extra": "1" });
  });

  it("malformed headers stop the signal, and the error does not quote them", () => {
    const loaded = load({
      env: { CCOTEL_ENDPOINT: endpoint, CCOTEL_HEADERS: "Authorization: Bearer hunter2" },
    });
    expect(loaded.config.traces.url).toBeUndefined();
    expect(loaded.problems[0]?.message).toMatch(
      /^CCOTEL_HEADERS \(environment\) cannot be read: it must be name=value/,
    );
    expect(JSON.stringify(loaded.problems)).not.toContain("hunter2");
  });

  it("line breaks in a header are an error", () => {
    const env = { CCOTEL_ENDPOINT: endpoint, CCOTEL_HEADERS: "a=b%0D%0Ahost:evil" };
    expect(load({ env }).problems[0]?.severity).toBe("error");
  });

  it("otelHeadersHelper is used only for the OTEL endpoint, and not with CCOTEL_HEADERS", () => {
    const headersHelper = "/opt/token.sh";
    const otel = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
    const helper = (settingsEnv: Record<string, string>) =>
      load({ settingsEnv, headersHelper }).config.traces.headersHelper;
    expect(helper(otel)).toBe(headersHelper);
    expect(helper({ ...otel, CCOTEL_ENDPOINT: `${endpoint}/other` })).toBe(headersHelper);
    expect(helper({ CCOTEL_ENDPOINT: "http://elsewhere:4318" })).toBeUndefined();
    expect(helper({ ...otel, CCOTEL_ENDPOINT: "http://elsewhere:4318" })).toBeUndefined();
    expect(helper({ ...otel, CCOTEL_HEADERS: "authorization=x" })).toBeUndefined();
  });
});

describe("values", () => {
  it("are read by their type", () => {
    const { config, problems } = load({
      env: {
        CCOTEL_HOME: "~/state",
        CCOTEL_TRACES: "OFF",
        CCOTEL_METRICS: "on",
        CCOTEL_TRACE_SCOPE: "turn",
        CCOTEL_CONTENT: "Full",
        CCOTEL_REDACT: "~/rules.txt",
        CCOTEL_PRICES: "/etc/prices.json",
        CCOTEL_TRACES_SAMPLE: "0.25",
        CCOTEL_MAX_SPANS_PER_TRACE: "500",
        CCOTEL_MAX_ATTRIBUTES_PER_SPAN: "32",
        CCOTEL_MAX_ATTRIBUTES_PER_LOG_RECORD: "16",
        CCOTEL_IDLE_CLOSE: "30m",
        CCOTEL_METRIC_ATTRIBUTES: "project",
        CCOTEL_DIALECT: "langfuse",
        CCOTEL_TIMEOUT: "2.5s",
        CCOTEL_METRICS_TIMEOUT: "700",
        CCOTEL_COMPRESSION: "none",
        CCOTEL_CERTIFICATE: "~/ca.pem",
        CLAUDE_CODE_CLIENT_CERT: "/etc/client.pem",
      },
    });
    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      home: "/home/ann/state",
      traces: { enabled: false, timeoutMs: 2500, compression: "none", certificate: "/home/ann/ca.pem" },
      metrics: { enabled: true, timeoutMs: 700, clientCertificate: "/etc/client.pem" },
      traceScope: "turn",
      content: "full",
      redact: "/home/ann/rules.txt",
      prices: "/etc/prices.json",
      tracesSample: 0.25,
      maxSpansPerTrace: 500,
      maxAttributesPerSpan: 32,
      maxAttributesPerLogRecord: 16,
      idleCloseMs: 1_800_000,
      metricAttributes: ["project"],
      dialect: "langfuse",
    });
  });

  it.each([
    ["CCOTEL_TRACES", "maybe", "must be on or off"],
    ["CCOTEL_CONTENT", "ful", "must be none, details or full"],
    ["CCOTEL_TRACE_SCOPE", "run", "must be session or turn"],
    ["CCOTEL_TRACES_SAMPLE", "25", "must be a number from 0 to 1, such as 0.25"],
    ["CCOTEL_MAX_SPANS_PER_TRACE", "1e3", "must be a whole number from 10 to 1000000"],
    ["CCOTEL_IDLE_CLOSE", "6", "must be a duration such as 30m or 6h, from 1m to 30d"],
    ["CCOTEL_TIMEOUT", "0", "must be a duration such as 10s, from 1ms to 1h"],
    ["CCOTEL_METRIC_ATTRIBUTES", "session", "must be a comma-separated list of project, skill, mcp or agent"],
    ["CCOTEL_COMPRESSION", "zstd", "must be gzip or none"],
    [
      "http_proxy",
      "socks5://p:1080",
      "must be the URL of an HTTP proxy, such as http://proxy.example:3128; list hosts that need none in NO_PROXY",
    ],
  ])("%s=%s is an error that says it %s", (name, value, expected) => {
    const loaded = load({ env: { CCOTEL_ENDPOINT: "http://h:4318", [name]: value } });
    expect(loaded.problems.map((problem) => problem.message)).toEqual([
      `${name} (environment) is "${value}", but ${expected}.`,
    ]);
    expect(readiness(loaded)).toBe("faulty");
  });

  it.each([
    ["a loopback endpoint", "http://localhost:4318", {}],
    ["a host in NO_PROXY", "https://backend.example", { NO_PROXY: "*" }],
    ["another scheme", "http://h:4318", { ALL_PROXY: undefined, https_proxy: "socks5://p:1080" }],
  ])("a proxy that cannot be used is no problem for %s", (_, endpoint, more) => {
    const loaded = load({ env: { CCOTEL_ENDPOINT: endpoint, ALL_PROXY: "socks5://p:1080", ...more } });
    expect(loaded.problems).toEqual([]);
    expect(readiness(loaded)).toBe("ready");
  });

  it("a proxy that cannot be used stops only the signal that needs it", () => {
    const loaded = load({
      env: {
        CCOTEL_TRACES_ENDPOINT: "http://localhost:4318/v1/traces",
        CCOTEL_METRICS_ENDPOINT: "https://backend.example/v1/metrics",
        ALL_PROXY: "socks5://p:1080",
      },
    });
    expect(loaded.problems).toMatchObject([{ severity: "error", signal: "metrics" }]);
    expect(loaded.config.traces.url).toBe("http://localhost:4318/v1/traces");
    expect(loaded.config.metrics.url).toBeUndefined();
    expect(readiness(loaded)).toBe("ready");
  });

  it("a wrong OTEL_* value is a warning, and the default is used, as in OpenTelemetry's specification", () => {
    const loaded = load({
      settingsEnv: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://h:4318", OTEL_EXPORTER_OTLP_TIMEOUT: "soon" },
    });
    expect(loaded.problems).toEqual([
      expect.objectContaining({
        severity: "warning",
        message:
          'OTEL_EXPORTER_OTLP_TIMEOUT (settings.json) is "soon", but must be a duration such as 10s, from 1ms to 1h; 10s is used instead.',
      }),
    ]);
    expect(loaded.config.traces.timeoutMs).toBe(10_000);
    expect(readiness(loaded)).toBe("ready");
  });

  it("OTEL_SDK_DISABLED disables everything", () => {
    const loaded = load({ settingsEnv: { CCOTEL_ENDPOINT: "http://h:4318", OTEL_SDK_DISABLED: "true" } });
    expect(readiness(loaded)).toBe("disabled");
    expect(loaded.config.traces.enabled).toBe(false);
  });

  it("ccotel is also disabled if both signals are off", () => {
    const env = { CCOTEL_ENDPOINT: "http://h:4318", CCOTEL_TRACES: "off", CCOTEL_METRICS: "off" };
    expect(readiness(load({ env }))).toBe("disabled");
  });

  it.each([
    ["http://localhost:4318", "none"],
    ["http://127.0.0.1:4318", "none"],
    ["http://[::1]:4318", "none"],
    ["http://localhost.example:4318", "gzip"],
    ["https://vendor.example", "gzip"],
  ])("without a setting, bodies to %s are compressed with %s", (endpoint, compression) => {
    expect(load({ env: { CCOTEL_ENDPOINT: endpoint } }).config.traces.compression).toBe(compression);
  });

  it("proxies are read from variables in lower and upper case, with or without a scheme", () => {
    expect(
      load({ env: { HTTPS_PROXY: "http://up:1", https_proxy: "low:2", NO_PROXY: "a,b" } }).config.proxy,
    ).toEqual({
      http: undefined,
      https: "http://low:2",
      except: "a,b",
    });
    expect(load({ env: { ALL_PROXY: "http://all:3" } }).config.proxy.http).toBe("http://all:3");
  });
});
