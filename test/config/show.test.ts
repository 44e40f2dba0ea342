import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { envNames, options } from "../../src/config/options/options.ts";
import { settingRows } from "../../src/config/show.ts";
import { resolveEndpoint } from "../../src/config/text/endpoint.ts";
import { maskHeaders, maskSecret, maskUrl } from "../../src/config/text/secret.ts";
import { UserError } from "../../src/config/user-error.ts";
import { PRESETS } from "../../src/settings/presets/presets.ts";

describe("the settings in status", () => {
  const rows = settingRows(
    loadConfig({
      env: { https_proxy: "http://ann:hunter2@proxy:3128" },
      settingsEnv: {
        CCOTEL_ENDPOINT: "https://ann:hunter2@h/otlp",
        CCOTEL_HEADERS: "authorization=Bearer%20sk-live-0123456789abcdef,x-key=hunter2",
        CCOTEL_METRICS_TIMEOUT: "3s",
        CCOTEL_CLIENT_KEY_PASSPHRASE: "hunter2",
      },
      homeDir: "/home/ann",
    }),
  );
  const row = (key: string) => rows.find((entry) => entry.key === key);

  it("have the source of each value", () => {
    expect(row("content")).toEqual({
      key: "content",
      name: "CCOTEL_CONTENT",
      value: "none",
      source: "default",
    });
    expect(row("idleCloseMs")?.value).toBe("6h");
    expect(row("headers")?.source).toBe("CCOTEL_HEADERS (settings.json)");
  });

  it("have one row for what both signals share, and two for what differs", () => {
    expect(row("compression")?.value).toBe("gzip");
    expect(row("traces.timeoutMs")).toEqual({
      key: "traces.timeoutMs",
      name: "CCOTEL_TRACES_TIMEOUT",
      value: "10s",
      source: "default",
    });
    expect(row("metrics.timeoutMs")?.value).toBe("3s");
    expect(row("traces.endpoint")?.value).toBe("https://****@h/otlp/v1/traces");
  });

  it("show no secret", () => {
    expect(row("headers")?.value).toBe("authorization=Bearer sk-l****, x-key=****");
    expect(row("httpsProxy")?.value).toBe("http://****@proxy:3128/");
    expect(JSON.stringify(rows)).not.toMatch(/hunter2|0123456789/);
  });
});

describe("masking", () => {
  it("keeps the scheme and four characters of a long token, and nothing of a short one", () => {
    expect(maskSecret("Bearer abcdefghijklmnop")).toBe("Bearer abcd****");
    expect(maskSecret("abcdefghijklmno")).toBe("****");
    expect(maskHeaders({ a: "abcdefghijklmnopq", b: "x" })).toBe("a=abcd****, b=****");
  });

  it("masks users and query values of URLs, also of invalid ones", () => {
    expect(maskUrl("https://u:p@h/x?key=v&k2=w")).toBe("https://****@h/x?key=****&k2=****");
    expect(maskUrl("http://h:4318/v1/traces")).toBe("http://h:4318/v1/traces");
    expect(maskUrl("u:p@h:4318")).not.toContain("p@");
    expect(maskUrl("h:99999999/x?key=v")).not.toContain("=v");
  });
});

describe("a part of an address's path", () => {
  it.each([
    ["a number in hex", "3f9a1c0b7e5d4286a1b2c3d4e5f60718"],
    ["a UUID", "0b6c1f0e-8f4d-4c51-9a0e-6f1d2c3b4a59"],
    ["base64", "ZaVnC4dhaV1vTlbXq2r7_P3s-Wd5Kc9LmTeYuIoA"],
    ["letters and digits", "k3v9x2m7q4w8z1n6b5t0"],
    ["letters of both sizes", "qWeRtYuIoPaSdFgHjKlZ"],
    ["a vendor's token", "glc_eyJvIjoiMTIzNDU2IiwibiI6InNpbXBsZSJ9"],
    ["base64 with its escaped end", "YWNtZS1zaG9wOnRva2VuMTIzNDU2Nzg5MA%3D%3D"],
  ])("is masked if it looks like a key: %s", (_, key) => {
    const shown = `https://in.example/receiver/${key.slice(0, 4)}****/v1/traces`;
    expect(maskUrl(`https://in.example/receiver/${key}/v1/traces`)).toBe(shown);
    expect(maskUrl(shown)).toBe(shown);
    expect(maskUrl(`in.example:4318/${key}`)).not.toContain(key);
    const twice = resolveEndpoint(`https://in.example/${key}/v1/traces`, {
      signal: "traces",
      verbatim: false,
    });
    expect(twice).toEqual({ ok: false, expected: expect.not.stringContaining(key) });
  });

  it.each([
    "https://cloud.langfuse.com/api/public/otel",
    "https://o4505123456789012.ingest.sentry.io/api/4505123456789012/integration/otlp/v1/traces",
    "https://otel.example/OpenTelemetryCollector/opentelemetry-collector-contrib",
    "https://otel.example/eu-west-1a-2b-prod3-k8s-n4/v1.0-beta2-rc3-build4-x5",
    "https://otel.example/acme-shop-staging-2026-11-30/customer12345678901",
    "https://otel.example/team_platform_observability_v2/k8s-prod-eu1-otel-v2",
  ])("is shown if it is a name: %s", (address) => {
    expect(maskUrl(address)).toBe(address);
  });

  it("is shown in the addresses of all presets", () => {
    for (const { name, endpoint } of PRESETS) expect(maskUrl(endpoint), name).toBe(endpoint);
  });
});

describe("the option table", () => {
  it("says what each option takes, and what it means in one sentence", () => {
    for (const [key, option] of Object.entries(options)) {
      expect(option.meaning, key).toMatch(/^[A-Z`].*\.$/);
      expect(option.takes, key).not.toBe("");
      expect(option.env.length, key).toBeGreaterThan(0);
      expect(option.default !== undefined || option.defaultText, key).toBeTruthy();
    }
  });

  it("has no variable twice except that of the general proxy", () => {
    const names = Object.values(options).flatMap((option) => envNames(option));
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual(["all_proxy", "ALL_PROXY"]);
  });

  it("lists a signal's own names before the general ones", () => {
    expect(envNames(options.endpoint, "traces")).toEqual([
      "CCOTEL_TRACES_ENDPOINT",
      "CCOTEL_ENDPOINT",
      "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
      "OTEL_EXPORTER_OTLP_ENDPOINT",
    ]);
  });
});

describe("a UserError", () => {
  it("has the next step and the original error", () => {
    const cause = new Error("inner");
    const error = new UserError("No endpoint is set.", { cause, hint: "Run ccotel configure." });
    expect(error).toMatchObject({
      name: "UserError",
      message: "No endpoint is set.",
      hint: "Run ccotel configure.",
      cause,
    });
  });
});
