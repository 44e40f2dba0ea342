import { describe, expect, it } from "vitest";
import { outcomeOfStatus } from "../../../src/otlp/outcome.ts";
import { PRESETS } from "../../../src/settings/presets/presets.ts";
import { describeTest, type Passed } from "../../../src/setup/describe-test.ts";

describe("the answer to a test", () => {
  const said = (status: number, url: string, { preset, ...passed }: Named = {}) =>
    describeTest(outcomeOfStatus(status, ""), `${url}/v1/traces`, {
      ...passed,
      ...(preset === undefined ? {} : { preset: named(preset) }),
    });

  it("names the fields of the token and of the address, and where the token is", () => {
    expect(said(401, "https://api.honeycomb.io", { preset: "honeycomb" })).toBe(
      "https://api.honeycomb.io/v1/traces denies access (401). Check --field apiKey (Honeycomb, Environment Settings, API Keys), that the token may write, and that it belongs to this address (--field host).",
    );
    expect(said(403, "https://ingress.eu-west-1.aws.dash0.com", { preset: "dash0" })).toContain(
      "that it belongs to this address (--field region and --field cloud).",
    );
  });

  it("names both parts of a token that has two", () => {
    expect(said(401, "https://cloud.langfuse.com/api/public/otel", { preset: "langfuse" })).toMatch(
      /Check --field publicKey \(.*\) and --field secretKey \(.*\), that the token may write/,
    );
  });

  it("names the fields of the address and of what has to exist there if the path is unknown", () => {
    expect(said(404, "https://api.axiom.co", { preset: "axiom" })).toContain(
      "(404). Check --field host and --field dataset and --field metricsDataset and --field logsDataset; --metrics off",
    );
    expect(said(404, "https://otlp-gateway-x.grafana.net/otlp", { preset: "grafana-cloud" })).toContain(
      "Check --field zone; --metrics off",
    );
  });

  it("names the fields of a host name that cannot be resolved", () => {
    const outcome = { kind: "retryable", code: "ENOTFOUND", message: "" } as const;
    const url = "https://ingest.eu.signoz.cloud/v1/traces";
    expect(describeTest(outcome, url, { preset: named("signoz") })).toContain(
      "Check the spelling in --field region.",
    );
  });

  it("names --endpoint if the address was passed, or if it is that of one's own server", () => {
    const passed = { preset: "honeycomb", endpoint: "https://relay.example" };
    expect(said(401, "https://relay.example", passed)).toMatch(/API Keys\), and that the token may write\.$/);
    expect(said(404, "https://relay.example", passed)).toContain("Check the path of --endpoint.");
    expect(said(404, "http://localhost:4318", { preset: "jaeger" })).toContain(
      "Check the path of --endpoint.",
    );
  });

  it("says how to pass a token where none was passed, and what to check where one was", () => {
    const url = "https://collector.example";
    expect(said(401, url, { preset: "otel-collector" })).toMatch(
      /Pass its token with --header NAME=VALUE\.$/,
    );
    expect(said(401, url, { preset: "otel-collector", headers: { authorization: "x" } })).toMatch(
      /Check the token in --header, and that it may write\.$/,
    );
    expect(said(401, url)).toMatch(/Run the command with the backend and its token again\.$/);
  });

  it("can be understood for each field on its own", () => {
    const places = PRESETS.flatMap(({ name, fields }) =>
      Object.entries(fields).map(([field, { where }]) => `${name} ${field}: ${where}`),
    );
    expect(places.filter((place) => /\bsame\b/.test(place))).toEqual([]);
  });
});

type Named = Omit<Passed, "preset"> & { readonly preset?: string };

function named(name: string) {
  const preset = PRESETS.find((one) => one.name === name);
  if (preset === undefined) throw new Error(`There is no preset ${name}.`);
  return preset;
}
