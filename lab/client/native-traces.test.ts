import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { atLeast, parseVersion, type Version } from "../../src/versions.ts";
import type { WholeSpan } from "./support/backend.ts";
import type { Client } from "./support/clients.ts";
import { createLab } from "./support/lab.ts";
import { bash } from "./support/messages-api.ts";

const client = inject("clients").newest as Client;
const versionOf = ({ version }: Client) => parseVersion(version) as Version;

/** The name by which dashboards and documented queries select ccotel's spans. */
const OURS = "ccotel";
const NATIVE = "com.anthropic.claude_code.tracing";

/** The environment with which native traces go to the same address. */
const nativeTo = (url: string) => ({
  CLAUDE_CODE_ENABLE_TELEMETRY: "1",
  CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: "1",
  OTEL_TRACES_EXPORTER: "otlp",
  OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_TRACES_EXPORT_INTERVAL: "200",
});

/** The sum of output tokens of requests to a model, as dashboards add them up. */
function outputTokens(spans: readonly WholeSpan[]): number {
  return spans
    .filter(({ attributes }) => attributes["gen_ai.operation.name"] === "chat")
    .reduce((sum, { attributes }) => sum + Number(attributes["gen_ai.usage.output_tokens"] ?? 0), 0);
}

describe.skipIf(client === undefined)("native traces and ccotel's at one backend", () => {
  test("count each request twice in a sum over all spans, and once in a sum over ccotel's", async () => {
    const script = [{ blocks: [bash("echo one")], outputTokens: 30 }, { outputTokens: 12 }];
    const lab = await createLab({ client, script });
    Object.assign(lab.env, nativeTo(lab.backend.url));
    await lab.print("One", { args: ["--allowedTools", "Bash"] });
    await lab.delivered();

    const { spans } = lab.backend;
    const ofUs = spans.filter(({ resource }) => resource["telemetry.distro.name"] === OURS);
    const native = spans.filter((span) => !ofUs.includes(span));
    expect(new Set(ofUs.map(({ scope }) => scope.name))).toEqual(new Set([OURS]));
    expect(new Set(native.map(({ scope }) => scope.name))).toEqual(new Set([NATIVE]));
    expect(outputTokens(ofUs)).toBe(30 + 12);
    // Since 2.1.331 native requests have the same attributes.
    expect(outputTokens(spans)).toBe(atLeast(versionOf(client), [2, 1, 331]) ? 2 * (30 + 12) : 30 + 12);
    // Dropping native spans by their scope leaves ccotel's spans.
    expect(outputTokens(spans.filter(({ scope }) => scope.name !== NATIVE))).toBe(30 + 12);
  });

  test("have the scope that the Collector's configurations drop", () => {
    const folder = join(import.meta.dirname, "../../collector-config/collector");
    const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
    const texts = files.map((name) => [name, readFileSync(join(folder, name), "utf8")] as const);
    for (const [name, text] of texts.filter(([, content]) => content.includes("traces:")))
      if (text.includes("filter/native")) expect(text, name).toContain(`scope.name == "${NATIVE}"`);
  });
});
