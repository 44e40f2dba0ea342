import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, it, onTestFinished } from "vitest";
import { createSpanEncoder } from "../../src/otlp/encode-spans.ts";
import { createSender } from "../../src/otlp/sender.ts";
import { collector } from "../support/otlp-server.ts";
import { counter, facts, plainSpan, resource, senderConfig, span, spanId } from "./spans.ts";

describe("the collector", () => {
  it("decodes a span as it was sent, with the encoded type of each attribute", async () => {
    const { url, requests } = await collector();
    await createSender(senderConfig(url)).send("traces", [
      span(2, {
        attributes: {
          int: 2,
          double: 2.0000000000000004,
          big: 2 ** 60,
          list: ["a", "b"],
          flag: true,
          text: "ü",
        },
      }),
    ]);
    const [group] = requests[0]?.traces ?? [];
    expect(group?.resource).toEqual(resource);
    expect(group?.scope).toEqual({ name: "ccotel", version: "0.1.0", attributes: {}, types: {} });
    expect(group?.spans).toEqual([
      {
        traceId: "0af7651916cd43dd8448eb211c80319c",
        spanId: spanId(2),
        parentSpanId: spanId(1),
        traceState: "",
        flags: 0x101,
        name: "chat claude-sonnet-4-5",
        kind: "CLIENT",
        startNs: 1_763_000_000_123_000_000n,
        endNs: 1_763_000_002_000_000_000n,
        attributes: {
          int: 2,
          double: 2.0000000000000004,
          big: 2n ** 60n,
          list: ["a", "b"],
          flag: true,
          text: "ü",
        },
        types: { int: "int", double: "double", big: "int", list: "array", flag: "bool", text: "string" },
        events: [
          {
            name: "ccotel.retry",
            timeNs: 1_763_000_001_000_500_000n,
            attributes: { "ccotel.retry.delay": 0.5 },
            types: { "ccotel.retry.delay": "double" },
          },
        ],
        links: [
          {
            traceId: "0af7651916cd43dd8448eb211c80319c",
            spanId: spanId(99),
            flags: 0x301,
            attributes: { "ccotel.link": "previous_turn" },
            types: { "ccotel.link": "string" },
          },
        ],
        status: { code: "ERROR", message: "overloaded" },
        dropped: { attributes: 0, events: 0, links: 0 },
      },
    ]);
  });

  it("decodes a root span with an empty parent", async () => {
    const { url, requests } = await collector();
    const { parentSpanId: _, ...root } = plainSpan(1);
    await createSender(senderConfig(url)).send("traces", [createSpanEncoder(facts)(root)]);
    expect(requests[0]?.traces[0]?.spans[0]?.parentSpanId).toBe("");
  });

  it("decodes metric points", async () => {
    const { url, requests } = await collector();
    await createSender(senderConfig(url)).send("metrics", counter(2));
    expect(requests[0]?.metrics[0]?.metrics).toEqual([
      {
        name: "ccotel.cost",
        description: "Price",
        unit: "USD",
        type: "sum",
        temporality: "cumulative",
        monotonic: true,
        points: [
          {
            attributes: { a: "b" },
            types: { a: "string" },
            startNs: 1_763_000_000_000_000_000n,
            endNs: 1_763_000_060_000_000_000n,
            value: 2,
            valueType: "double",
          },
        ],
      },
    ]);
  });

  it("calls its listeners only for accepted requests, but records all", async () => {
    const calls: number[] = [];
    const { url, requests } = await collector((_, index) => (index === 0 ? { status: 503 } : undefined), {
      onTraces: (_, request) => calls.push(request.index),
      onMetrics: (metrics) => calls.push(metrics.length * 100),
    });
    const sender = createSender(senderConfig(url));
    await sender.send("traces", [span(1)]);
    await sender.send("traces", [span(1)]);
    await sender.send("metrics", counter(1));
    expect(calls).toEqual([1, 100]);
    expect(requests.map((request) => request.signal)).toEqual(["traces", "traces", "metrics"]);
  });

  it("rejects wrong paths, content types, bodies and methods", async () => {
    const { url, requests } = await collector();
    const post = async (path: string, type: string, body: string) =>
      (await fetch(`${url}${path}`, { method: "POST", headers: { "content-type": type }, body })).status;
    expect(await post("/v1/profiles", "application/x-protobuf", "")).toBe(404);
    expect(await post("/v1/traces", "application/json", "{}")).toBe(415);
    expect(await post("/v1/traces", "application/x-protobuf", "nonsense")).toBe(400);
    expect((await fetch(`${url}/v1/traces`)).status).toBe(405);
    expect(requests).toEqual([]);
  });

  it("answers 500 if a callback throws", async () => {
    const { url } = await collector(undefined, {
      onTraces: () => {
        throw new Error("broken listener");
      },
    });
    expect(await createSender(senderConfig(url)).send("traces", [span(1)])).toMatchObject({
      kind: "server_error",
      message: "Error: broken listener",
    });
  });

  it("works as a separate bundle, also with 64-bit times", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ccotel-collector-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    await build({
      entryPoints: ["src/collector/collector.ts"],
      outfile: join(folder, "collector.cjs"),
      bundle: true,
      platform: "node",
      format: "cjs",
      mainFields: ["module", "main"],
      minify: true,
    });
    const sent = await collector();
    await createSender(senderConfig(sent.url)).send("traces", [span(1)]);
    const script = `
      const { startCollector } = require("./collector.cjs");
      startCollector({ onTraces: ([group]) => process.stdout.write(group.spans[0].startNs + " " + group.resource["service.name"]) })
        .then(async (collector) => {
          const body = Buffer.from(process.argv[1], "base64");
          const headers = { "content-type": "application/x-protobuf" };
          await fetch(collector.url + "/v1/traces", { method: "POST", headers, body });
          await collector.close();
        });`;
    const output = execFileSync(
      process.execPath,
      ["-e", script, sent.requests[0]?.body.toString("base64") ?? ""],
      {
        cwd: folder,
        encoding: "utf8",
      },
    );
    expect(output).toBe("1763000000123000000 claude-code");
  });
});
