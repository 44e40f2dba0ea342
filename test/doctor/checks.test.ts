import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { check } from "../../src/doctor/checks/checks.ts";
import { CODES, describeFinding } from "../../src/doctor/checks/message.ts";
import type { Facts, Scope } from "../../src/doctor/facts/facts.ts";
import type { Code } from "../../src/doctor/finding.ts";
import { parseVersion } from "../../src/versions.ts";
import { configured, delivered, facts, file, userPath } from "./healthy.ts";

const TRACES_OF_X = {
  signal: "traces",
  endpoint: "http://x",
  url: "http://x/v1/traces",
  mayPass: false,
} as const;
const native = {
  CLAUDE_CODE_ENABLE_TELEMETRY: "1",
  OTEL_METRICS_EXPORTER: "otlp",
  OTEL_LOGS_EXPORTER: "otlp",
  OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
  OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector.example:4318",
};
const traces = { CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: "1", OTEL_TRACES_EXPORTER: "otlp" };
const withNative = (env: Record<string, string>) => facts({ settings: configured({ ...native, ...env }) });
const script = "/home/ada/.ccotel/bin/hook.sh";
const url = "http://collector.example:4318/v1/traces";
const now = Date.UTC(2026, 10, 21, 12);
const hour = 3_600_000;

/** The hook entries of `configured()`, with the first one changed. */
function altered(change: Record<string, unknown>): Record<string, unknown> {
  const settings = structuredClone(configured()) as {
    hooks: { Stop: [{ hooks: [Record<string, unknown>] }] };
  };
  Object.assign(settings.hooks.Stop[0].hooks[0], change);
  return settings;
}

const ofHoneycomb = "https://api.honeycomb.io/v1/traces";

function installation(change: Partial<NonNullable<Facts["installation"]>>): Facts["installation"] {
  const { installation: healthy } = facts();
  return healthy && { ...healthy, ...change };
}

/** The facts that cause each finding, followed by the codes of other findings that they also cause. */
const provoked: Record<Code, readonly [Facts, ...Code[]][]> = {
  "settings-unreadable": [
    [
      {
        ...facts(),
        settings: [
          {
            scope: "user",
            path: userPath,
            content: { kind: "unreadable", problem: { line: 3, column: 5, reason: "a comment stands here" } },
          },
        ],
      },
    ],
    [
      {
        ...facts(),
        settings: [
          ...facts().settings,
          {
            scope: "project",
            path: "/p",
            content: { kind: "unreadable", problem: { reason: "it cannot be read (EACCES)" } },
          },
        ],
      },
    ],
  ],
  "hooks-disabled": [
    ...(["user", "project", "local", "managed"] as const).map((scope: Scope): [Facts] => [
      scope === "user"
        ? facts({ settings: { ...configured(), disableAllHooks: true } })
        : facts({ files: [file(scope, { disableAllHooks: true })] }),
    ]),
    [
      facts({
        settings: { ...configured(), disableAllHooks: true },
        files: [file("managed", { disableAllHooks: false })],
      }),
    ],
  ],
  "managed-hooks-only": [[facts({ files: [file("managed", { allowManagedHooksOnly: true })] })]],
  "hooks-outside": [
    [facts({ settings: { ...configured(), mine: { hooks: ["abc"] } } })],
    [facts({ settings: { ...configured(), PreToolUse: [] } })],
  ],
  "event-unknown": [
    [
      facts({
        settings: {
          ...configured({}, "2.1.100"),
          hooks: { ...(configured({}, "2.1.100").hooks as object), PostToolBatch: [] },
        },
        client: parseVersion("2.1.100"),
      }),
    ],
    [
      facts({
        settings: { ...configured(), hooks: { ...(configured().hooks as object), DirectoryAdded: [] } },
        client: parseVersion("2.1.200"),
      }),
    ],
  ],
  "env-ignored": [
    [
      facts({
        files: [
          file("project", {
            env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://evil.example", EDITOR: "vim" },
          }),
        ],
      }),
    ],
    [
      facts({
        files: [file("local", { env: { CLAUDE_CODE_ENABLE_TELEMETRY: "1", OTEL_SERVICE_NAME: "fine" } })],
      }),
    ],
  ],
  "env-value-dropped": [[facts({ files: [file("managed", { env: { OTEL_SERVICE_NAME: { a: 1 } } })] })]],
  "ccotel-env-in-project": [[facts({ files: [file("project", { env: { CCOTEL_CONTENT: "full" } })] })]],
  "managed-telemetry": [
    [facts({ files: [file("managed", { env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://x.example:4318" } })] })],
  ],
  "settings-exposed": [
    [
      {
        ...facts({ settings: configured({ CCOTEL_HEADERS: "Authorization=Bearer%20x" }) }),
        settings: [file("user", configured({ CCOTEL_HEADERS: "Authorization=Bearer%20x" }), 0o100644)],
      },
    ],
  ],
  "secret-in-settings": [[facts({ settings: configured({ CCOTEL_HEADERS: "x-honeycomb-team=x" }) })]],
  "config-dir-differs": [
    [
      facts({
        installation: installation({
          settings: { "/srv/claude/settings.json": { bin: "/b", values: [], containers: [], hooks: [] } },
        }),
      }),
      "manifest-missing",
    ],
  ],
  "config-dir-empty": [[facts({ env: { CLAUDE_CONFIG_DIR: "" } })]],
  "not-installed": [[facts({ settings: { env: configured().env } })]],
  "hook-missing": [
    [
      facts({
        settings: { ...configured(), hooks: { Stop: (configured().hooks as { Stop: unknown }).Stop } },
      }),
    ],
  ],
  "hook-entry-wrong": [
    [facts({ settings: altered({ timeout: "10" }) })],
    [facts({ settings: altered({ async: true }) })],
    [facts({ settings: altered({ asyncRewake: true }) })],
    [facts({ settings: altered({ if: "Bash(*)" }) })],
  ],
  "hook-form-too-new": [[facts({ client: parseVersion("2.1.138") })]],
  "hooks-in-project": [[facts({ files: [file("project", { hooks: configured().hooks })] })]],
  "script-missing": [[facts({ paths: new Map([[script, "missing"]]) })]],
  "script-not-executable": [[facts({ paths: new Map([[script, "file"]]) })]],
  "node-missing": [[facts({ paths: new Map([["/usr/bin/node", "missing"]]) })]],
  "node-broken": [[facts({ nodeVersion: undefined })]],
  "node-too-old": [[facts({ nodeVersion: "v18.20.4" })]],
  "installed-twice": [[facts({ plugins: [{ id: "ccotel@ccotel", enabled: true }] })]],
  "plugin-disabled": [
    [facts({ settings: { env: configured().env }, plugins: [{ id: "ccotel@ccotel", enabled: false }] })],
  ],
  "files-outdated": [
    [facts({ version: "0.2.0" })],
    [facts({ home: { path: "/home/ada/.ccotel", writable: true, mode: 0o40700, hasOldHook: true } })],
  ],
  "manifest-missing": [[facts({ installation: undefined })]],
  "home-not-writable": [[facts({ home: { path: "/home/ada/.ccotel", writable: false, mode: 0o40700 } })]],
  "disk-full": [
    [facts({ home: { path: "/home/ada/.ccotel", writable: true, mode: 0o40700, freeBytes: 4096 } })],
  ],
  "home-foreign": [
    [
      facts({
        home: { path: "/home/ada/.ccotel", writable: false, mode: 0o40700, ownerUid: 0 },
        installation: undefined,
        paths: new Map(),
      }),
    ],
  ],
  "home-exposed": [[facts({ home: { path: "/home/ada/.ccotel", writable: true, mode: 0o40755 } })]],
  "session-end-budget": [
    [facts({ settings: configured({ CLAUDE_CODE_SESSIONEND_HOOKS_TIMEOUT_MS: "100" }) })],
  ],
  "client-missing": [[facts({ client: undefined })]],
  "client-too-old": [
    [facts({ client: parseVersion("1.0.30"), settings: { env: configured().env } }), "not-installed"],
  ],
  "client-untested": [[facts({ client: parseVersion("1.0.100"), settings: configured({}, "1.0.100") })]],
  "hooks-off-mode": [
    [facts({ env: { CLAUDE_CODE_SIMPLE: "1" } })],
    [facts({ env: { CLAUDE_CODE_SAFE_MODE: "true" } })],
    [facts({ runningFlags: ["--bare"] })],
    [facts({ runningFlags: ["--setting-sources=project,local"] })],
  ],
  "no-transcript": [
    [facts({ runningFlags: ["--no-session-persistence"] })],
    [facts({ env: { CLAUDE_CODE_SKIP_PROMPT_HISTORY: "1" } })],
    [
      facts({
        settings: { ...configured({}, "2.1.80"), cleanupPeriodDays: 0 },
        client: parseVersion("2.1.80"),
      }),
    ],
    [facts({ delivery: { ...delivered, sessionsWithoutTranscript: 2 } })],
  ],
  "folder-not-trusted": [[facts({ folderTrusted: false })]],
  "native-traces-on": [[withNative(traces)]],
  "native-protocol-wrong": [
    [withNative({ OTEL_EXPORTER_OTLP_PROTOCOL: "http" }), "setting-ignored"],
    [withNative({ OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "http/proto" })],
  ],
  "native-port-wrong": [
    [withNative({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector.example:4317" })],
    [withNative({ OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "grpc" })],
  ],
  "native-endpoint-wrong": [[withNative({ OTEL_EXPORTER_OTLP_ENDPOINT: "collector.example:4318" })]],
  "native-query-dropped": [
    [
      withNative({ OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "https://x.example/v1/logs?key=secret" }),
      "secret-in-settings",
    ],
  ],
  "native-exporter-wrong": [[withNative({ OTEL_METRICS_EXPORTER: "otlp,statsd" })]],
  "native-interval-wrong": [[withNative({ OTEL_METRIC_EXPORT_INTERVAL: "10s" })]],
  "native-temporality-dropped": [
    [withNative({ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://localhost:9090/api/v1/otlp/v1/metrics" })],
    [
      withNative({
        OTEL_EXPORTER_OTLP_ENDPOINT: "https://otlp.nr-data.net",
        OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "cumulative",
      }),
    ],
  ],
  "native-http-certificate": [[withNative({ OTEL_EXPORTER_OTLP_CERTIFICATE: "/ca.pem" })]],
  "native-helper-unused": [
    [
      facts({
        settings: {
          ...configured({
            ...native,
            OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
            OTEL_EXPORTER_OTLP_ENDPOINT: "http://c.example:4317",
          }),
          otelHeadersHelper: "/usr/local/bin/headers",
        },
      }),
    ],
  ],
  unconfigured: [[facts({ settings: { hooks: configured().hooks } })]],
  "additional-destination-wrong": [
    [
      facts({
        furtherProblems: [
          {
            severity: "error",
            message: "The additional destination http://y/v1/traces: the headers file cannot be read.",
          },
        ],
      }),
    ],
  ],
  "notices-stuck": [
    [
      {
        ...facts(),
        notices: {
          sessionUsd: [5],
          dayUsd: [],
          alertsTo: ["hooks.example"],
          waiting: 2,
          dropped: 0,
          troubles: [{ host: "hooks.example", message: "HTTP 404", failures: 3 }],
        },
      },
    ],
  ],
  "switched-off": [
    [facts({ settings: configured({ OTEL_SDK_DISABLED: "true" }) })],
    [facts({ settings: configured({ CCOTEL_TRACES: "off", CCOTEL_METRICS: "off" }) })],
  ],
  "endpoint-wrong": [
    [facts({ settings: configured({ CCOTEL_ENDPOINT: "http://collector.example:4317" }) })],
    [facts({ settings: configured({ CCOTEL_TRACES_ENDPOINT: "collector.example" }) })],
    [
      facts({
        settings: {
          ...configured(),
          env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c.example:4318", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
        },
      }),
    ],
  ],
  "headers-wrong": [
    [facts({ settings: configured({ CCOTEL_HEADERS: "a header" }) })],
    [
      facts({
        sendingProblems: [
          {
            severity: "error",
            key: "headersFile",
            source: { kind: "default" },
            message: "The file cannot be read.",
          },
        ],
      }),
    ],
  ],
  "headers-withheld": [
    [
      facts({
        settings: configured({
          OTEL_EXPORTER_OTLP_ENDPOINT: "http://other.example:4318",
          OTEL_EXPORTER_OTLP_HEADERS: "x-tenant=a",
        }),
      }),
    ],
  ],
  "setting-wrong": [[facts({ settings: configured({ CCOTEL_CONTENT: "ful" }) })]],
  "prices-wrong": [
    [
      facts({
        sendingProblems: [
          {
            severity: "warning",
            key: "prices",
            source: { kind: "default" },
            message: "The price file /p (CCOTEL_PRICES) cannot be used:\nThe file is not JSON: …",
          },
        ],
      }),
    ],
  ],
  "setting-ignored": [
    [facts({ settings: configured({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "sum" }) })],
  ],
  "temporality-dropped": [
    [
      facts({
        settings: configured({
          CCOTEL_ENDPOINT: "https://abc.live.dynatrace.com/api/v2/otlp",
          CCOTEL_TRACE_SCOPE: "turn",
        }),
      }),
    ],
    [
      facts({
        settings: configured({ CCOTEL_TRACES: "off", CCOTEL_METRICS_TEMPORALITY: "delta" }),
        installation: installation({ preset: "prometheus" }),
      }),
    ],
  ],
  "signal-not-taken": [
    [
      facts({
        settings: configured({
          CCOTEL_ENDPOINT: "https://cloud.langfuse.com/api/public/otel",
          CCOTEL_TRACE_SCOPE: "turn",
        }),
      }),
    ],
    [facts({ installation: installation({ preset: "jaeger" }) })],
  ],
  "scope-unfit": [
    [facts({ settings: configured({ CCOTEL_ENDPOINT: "https://ingest.eu.signoz.cloud:443" }) })],
  ],
  "proxy-in-the-way": [
    [facts({ env: { HTTP_PROXY: "http://me:pw@proxy.example:3128" } })],
    [
      facts({
        env: { HTTP_PROXY: "http://proxy.example:3128" },
        probes: [{ signal: "traces", url, outcome: { kind: "retryable", code: "timeout", message: "10 s" } }],
      }),
      "backend-unreachable",
    ],
  ],
  "backend-unreachable": [
    [
      facts({
        probes: [
          { signal: "traces", url, outcome: { kind: "retryable", code: "ECONNREFUSED", message: "" } },
        ],
      }),
    ],
    [
      facts({
        probes: [{ signal: "traces", url, outcome: { kind: "server_error", status: 500, message: "" } }],
      }),
    ],
  ],
  "backend-refuses": [
    [
      facts({
        probes: [{ signal: "traces", url, outcome: { kind: "blocked", status: 401, message: "no token" } }],
      }),
    ],
    [
      facts({
        probes: [{ signal: "traces", url, outcome: { kind: "refused", status: 400, message: "bad span" } }],
      }),
    ],
    [
      facts({
        probes: [
          { signal: "traces", url: ofHoneycomb, outcome: { kind: "blocked", status: 401, message: "" } },
        ],
        installation: installation({ preset: "honeycomb" }),
      }),
    ],
  ],
  "backend-drops": [
    [
      facts({
        probes: [{ signal: "traces", url, outcome: { kind: "partial", rejected: 1, message: "too old" } }],
      }),
    ],
  ],
  "clock-skew": [[facts({ clockSkewMs: 95_000 })], [facts({ clockSkewMs: -3 * hour })]],
  "delivery-stuck": [
    [
      facts({
        delivery: {
          ...delivered,
          troubles: [{ ...TRACES_OF_X, atMs: now - 60_000, message: "http://x denies access (401)." }],
        },
      }),
    ],
    [
      facts({
        delivery: {
          ...delivered,
          troubles: [
            { ...TRACES_OF_X, atMs: now - 60_000, message: "http://x limits the rate (429).", mayPass: true },
          ],
        },
      }),
    ],
  ],
  backlog: [
    [
      facts({
        delivery: {
          ...delivered,
          pendingSessions: 3,
          pendingBytes: 1_400_000,
          oldestPendingMs: now - 2 * hour,
        },
      }),
    ],
  ],
  "transcripts-about-to-go": [
    [
      facts({
        delivery: {
          ...delivered,
          expiring: { undelivered: 1, neverSent: 4, firstGoneMs: now + 30 * hour, days: 30 },
        },
      }),
    ],
    [
      facts({
        delivery: { ...delivered, expiring: { undelivered: 1, neverSent: 0, firstGoneMs: now, days: 30 } },
      }),
    ],
  ],
  "backlog-too-old": [
    [
      facts({
        settings: configured({
          CCOTEL_ENDPOINT: "https://abc.live.dynatrace.com/api/v2/otlp",
          CCOTEL_TRACE_SCOPE: "turn",
          CCOTEL_METRICS_TEMPORALITY: "delta",
        }),
        delivery: { ...delivered, pendingSessions: 1, pendingBytes: 100, oldestPendingMs: now - 2 * hour },
      }),
      "backlog",
    ],
  ],
  "spans-rejected": [[facts({ delivery: { ...delivered, rejectedSpans: 1200 } })]],
  "models-unpriced": [
    [facts({ delivery: { ...delivered, unpricedModels: ["claude-next-1", "claude-next-2"] } })],
  ],
};

const codes = (input: Facts) => check(input).map(({ code }) => code);

describe("a machine without problems", () => {
  test("gives no findings", () => {
    expect(check(facts())).toEqual([]);
    expect(check(withNative({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "cumulative" }))).toEqual(
      [],
    );
  });

  test("can have the plugin instead of hook entries", () => {
    const plugins = [{ id: "ccotel@skills-dir", enabled: true }];
    expect(check(facts({ settings: { env: configured().env }, plugins }))).toEqual([]);
  });

  test("can have an old client with hook entries of its form", () => {
    expect(codes(facts({ client: parseVersion("2.0.76"), settings: configured({}, "2.0.76") }))).toEqual([]);
  });

  test("can have a project that enables hooks that the user has disabled", () => {
    const files = [file("project", { disableAllHooks: false })];
    expect(codes(facts({ settings: { ...configured(), disableAllHooks: true }, files }))).toEqual([]);
  });

  test("can have a failed delivery before a successful test", () => {
    const troubles = [{ ...TRACES_OF_X, atMs: now - 1000, message: "down" }];
    const probes = [{ signal: "traces", url: TRACES_OF_X.url, outcome: { kind: "success" } }] as const;
    expect(codes(facts({ delivery: { ...delivered, troubles }, probes }))).toEqual([]);
  });

  test("is not assumed because another destination accepts the test", () => {
    const troubles = [{ ...TRACES_OF_X, atMs: now - 1000, message: "down" }];
    const probes = [{ signal: "traces", url, outcome: { kind: "success" } }] as const;
    expect(codes(facts({ delivery: { ...delivered, troubles }, probes }))).toEqual(["delivery-stuck"]);
  });

  test("is not assumed if the shell sets native variables", () => {
    const input = facts({ env: { ...native, ...traces } });
    expect(codes(input)).toEqual(["native-traces-on"]);
  });
});

describe("the finding", () => {
  for (const [code, cases] of Object.entries(provoked)) {
    test.each(cases.map((item, index) => [index + 1, item] as const))(
      `${code} is found (%s)`,
      (_, [input, ...others]) => {
        expect(codes(input).sort()).toEqual([code, ...others].sort());
      },
    );
  }
});

describe("every code", () => {
  test("has a case here", () => {
    expect(Object.keys(provoked).sort()).toEqual([...CODES].sort());
  });

  test("has whole sentences for fault and remedy", () => {
    const said = Object.entries(provoked).map(([code, cases]) => [
      code,
      cases.flatMap(([input]) =>
        check(input)
          .filter((item) => item.code === code)
          .map((item) => `${item.severity}: ${Object.values(describeFinding(item)).join(" → ")}`),
      ),
    ]);
    for (const text of said.flatMap(([, texts]) => texts as string[])) {
      expect(text).not.toMatch(/undefined|NaN|\[object/);
      expect(text).not.toMatch(/\bpw\b|secret/);
    }
    expect(Object.fromEntries(said)).toMatchSnapshot();
  });

  test("has its heading in docs/reference/doctor.md, and no heading is left over", () => {
    const docs = readFileSync(new URL("../../docs/reference/doctor.md", import.meta.url), "utf8");
    const headings = [...docs.matchAll(/^### `([\w-]+)`$/gm)].map((match) => match[1]);
    expect(headings).toEqual([...CODES]);
    for (const section of docs.split(/^### /m).slice(1)) {
      expect(section).toMatch(/^\*\*Cause\.\*\* \S/m);
      expect(section).toMatch(/^\*\*Remedy\.\*\* \S/m);
    }
  });
});

test("errors come first, then warnings, then notes", () => {
  const input = facts({
    settings: configured({ CCOTEL_HEADERS: "x-honeycomb-team=x", CCOTEL_CONTENT: "ful" }),
    version: "0.2.0",
    folderTrusted: false,
  });
  expect(check(input).map(({ severity }) => severity)).toEqual(["error", "warning", "note", "note"]);
});
