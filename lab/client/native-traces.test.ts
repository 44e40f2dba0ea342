import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { startCollector } from "../../src/collector/collector.ts";
import { spansOf } from "../../test/support/otlp-server.ts";
import type { Client } from "./support/clients.ts";
import { createLab } from "./support/lab.ts";
import { bash } from "./support/messages-api.ts";

const client = inject("clients").newest as Client;

/** What dashboards and documented queries select by, and the Collector's files drop by. */
const OURS = "ccotel";
const NATIVE = "com.anthropic.claude_code.tracing";

describe.skipIf(client === undefined)("native traces beside ours, at one backend", () => {
  test("a sum over ours counts each request once, whatever the native spans carry", async () => {
    const backend = await startCollector({});
    onTestFinished(() => backend.close());
    const lab = await createLab({ client, script: [{ blocks: [bash("echo one")] }, {}, {}] });
    Object.assign(lab.env, {
      CLAUDE_CODE_ENABLE_TELEMETRY: "1",
      CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: "1",
      OTEL_TRACES_EXPORTER: "otlp",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
      OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
      OTEL_TRACES_EXPORT_INTERVAL: "200",
    });
    await lab.print("One", { args: ["--allowedTools", "Bash"] });
    await lab.delivered();

    const native = backend.requests.flatMap(({ traces }) => traces);
    expect(native.length).toBeGreaterThan(0);
    const scopes = new Set(native.map(({ scope }) => scope.name));
    expect([...scopes]).toEqual([NATIVE]);
    for (const { resource } of native) expect(resource["telemetry.distro.name"]).not.toBe(OURS);

    const tokens = (spans: readonly { attributes: Readonly<Record<string, unknown>> }[]) =>
      spans
        .filter(({ attributes }) => attributes["gen_ai.operation.name"] === "chat")
        .reduce((sum, { attributes }) => sum + Number(attributes["gen_ai.usage.output_tokens"] ?? 0), 0);
    const ours = tokens(lab.backend.spans);
    expect(ours).toBeGreaterThan(0);
    // Since 2.1.331 a sum that does not say whose spans it means counts each request twice.
    const all = ours + tokens(spansOf(...backend.requests));
    console.log(`client ${client.version}: output tokens of ours ${ours}, of all ${all}`);
  });

  test("is what the Collector's files drop", () => {
    const folder = join(import.meta.dirname, "../../collector-config/collector");
    const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
    const texts = files.map((name) => [name, readFileSync(join(folder, name), "utf8")] as const);
    for (const [name, text] of texts.filter(([, content]) => content.includes("traces:")))
      if (text.includes("filter/native")) expect(text, name).toContain(`scope.name == "${NATIVE}"`);
  });
});
