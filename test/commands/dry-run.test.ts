import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { collector, spansOf } from "../support/otlp-server.ts";
import { createSink, recording, runTool, temporaryFolder } from "../support/run-tool.ts";
import { SESSION, writeTranscript } from "../support/transcripts/command-transcript.ts";

describe("export --dry-run", () => {
  it("prints the OTLP File format: an object with resource spans on each line", async () => {
    const { exitCode, stdout, stderr } = await runTool([
      "export",
      recording,
      "--dry-run",
      "--format",
      "otlp-json",
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout.endsWith("}\n")).toBe(true);
    const lines = parse(stdout);
    for (const line of lines) expect(Object.keys(line)).toEqual(["resourceSpans"]);
    const names = spansIn(stdout).map(({ name }) => name);
    expect(names[0]).toBe("claude_code.session acme-shop");
    expect(names).toContain("invoke_agent general-purpose");
    const [resource] = lines[0]?.resourceSpans ?? [];
    expect(resource?.resource.attributes.map(({ key }) => key)).toEqual([
      "service.name",
      "service.version",
      "telemetry.distro.name",
      "telemetry.distro.version",
    ]);
  });

  it("prints a Chrome trace for Perfetto: a begin and an end event for each span, with the span's id", async () => {
    const args = ["export", recording, "--dry-run", "--format", "chrome-trace"];
    const { exitCode, stdout, stderr } = await runTool(args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const events = JSON.parse(stdout) as {
      ph: string;
      id?: string;
      name: string;
      ts: number;
      args?: object;
    }[];
    const spans = spansIn((await runTool(["export", recording, "--dry-run"])).stdout);
    const of = (ph: string) => events.filter((event) => event.ph === ph);
    expect(of("b").map(({ id }) => id)).toEqual(spans.map(({ spanId }) => spanId));
    expect(of("b").map(({ name }) => name)).toEqual(spans.map(({ name }) => name));
    for (const { id, ts } of of("e")) {
      const begin = of("b").find((event) => event.id === id);
      expect(ts).toBeGreaterThanOrEqual(begin?.ts ?? Number.POSITIVE_INFINITY);
    }
    expect(of("M").map(({ name }) => name)).toEqual(["process_name", "thread_name"]);
    expect((await runTool(["export", recording, "--dry-run", "--format", "chrome"])).exitCode).toBe(2);
  });

  it("prints the same bytes each time, and leaves no state behind", async () => {
    const homeDir = temporaryFolder();
    const first = await runTool(["export", recording, "--dry-run"], { homeDir });
    const second = await runTool(["export", recording, "--dry-run"], { homeDir });
    expect(second.stdout).toBe(first.stdout);
    expect(readdirSync(homeDir)).toEqual([]);
  });

  it.each([
    {},
    { CCOTEL_TRACE_SCOPE: "turn" },
    { CCOTEL_CONTENT: "details" },
    { CCOTEL_CONTENT: "full" },
    { CCOTEL_DIALECT: "openinference" },
    { CCOTEL_MAX_SPANS_PER_TRACE: "10" },
  ])("prints the spans that an export sends, with %j", async (settings) => {
    const { url, requests } = await collector();
    const env = { ...settings, CCOTEL_ENDPOINT: url };
    const { stdout } = await runTool(["export", recording, "--dry-run"], { env });
    expect(requests).toEqual([]);
    await runTool(["export", recording], { env });
    const printed = spansIn(stdout).map((span) => ({
      name: span.name,
      ids: [span.traceId, span.spanId, span.parentSpanId ?? ""],
      attributes: span.attributes.map(({ key, value }) => [key, plain(value)]),
    }));
    const sent = spansOf(...requests).map((span) => ({
      name: span.name,
      ids: [span.traceId, span.spanId, span.parentSpanId],
      attributes: Object.entries(span.attributes).map(([key, value]) => [key, String(value)]),
    }));
    expect(printed).toEqual(sent);
  });

  it("prints what was sent before as well", async () => {
    const { url } = await collector();
    const homeDir = temporaryFolder();
    const world = { homeDir, env: { CCOTEL_ENDPOINT: url } };
    const before = await runTool(["export", recording, "--dry-run"], world);
    await runTool(["export", recording], world);
    expect((await runTool(["export", recording, "--dry-run"], world)).stdout).toBe(before.stdout);
  });

  it("takes the trace scope from a flag or a variable, and resource attributes from the environment", async () => {
    const byFlag = await runTool(["export", recording, "--dry-run", "--trace-scope", "turn"]);
    const byVariable = await runTool(["export", recording, "--dry-run"], {
      env: { CCOTEL_TRACE_SCOPE: "turn" },
    });
    expect(spansIn(byFlag.stdout).map(({ name }) => name)).not.toContain("claude_code.session");
    expect(byVariable.stdout).toBe(byFlag.stdout);
    const { stdout } = await runTool(["export", recording, "--dry-run"], {
      env: { OTEL_RESOURCE_ATTRIBUTES: "team=shop", OTEL_SERVICE_NAME: "mine" },
    });
    expect(stdout).toContain('{"key":"team","value":{"stringValue":"shop"}}');
    expect(stdout).toContain('{"key":"service.name","value":{"stringValue":"mine"}}');
  });

  it("ignores an invalid endpoint and invalid headers", async () => {
    const env = { CCOTEL_ENDPOINT: "nonsense", OTEL_EXPORTER_OTLP_HEADERS: "nonsense" };
    const { exitCode, stderr } = await runTool(["export", recording, "--dry-run"], { env });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  });

  it("prints a long session in lines of at most 512 spans, and waits for each write", async () => {
    const configDir = temporaryFolder();
    const path = writeTranscript(configDir, 700);
    let ahead = 0;
    const sink = createSink(() => ahead--);
    const write = sink.stream.write.bind(sink.stream);
    let mostAhead = 0;
    Object.assign(sink.stream, {
      write: (chunk: Uint8Array) => {
        mostAhead = Math.max(mostAhead, ++ahead);
        return write(chunk);
      },
    });
    await runTool(["export", path, "--dry-run"], { stdout: sink.stream });
    const sizes = parse(sink.text()).map((line) => spansOfLine(line).length);
    expect(sizes.length).toBeGreaterThan(2);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(512);
    expect(mostAhead).toBe(1);
  });

  it("treats the end of the file as the end of the session, unless a running client has the session open", async () => {
    const configDir = temporaryFolder();
    const path = writeTranscript(configDir, 2);
    const names = async () => {
      const { stdout } = await runTool(["export", path, "--dry-run"]);
      return spansIn(stdout).map(({ name }) => name);
    };
    const whole = await names();
    expect(whole.at(-1)).toBe("claude_code.session.summary");
    mkdirSync(join(configDir, "sessions"));
    const owner = { pid: process.pid, sessionId: SESSION };
    writeFileSync(join(configDir, "sessions", `${process.pid}.json`), JSON.stringify(owner));
    expect(await names()).toEqual(whole.slice(0, 3));
  });

  it("prints no text of the conversation", async () => {
    const path = writeTranscript(temporaryFolder(), 2);
    const { stdout } = await runTool(["export", path, "--dry-run"]);
    expect(stdout).not.toContain("secret");
  });

  it("prints nothing for a session without a turn", async () => {
    const path = writeTranscript(temporaryFolder(), 0);
    expect(await runTool(["export", path, "--dry-run"])).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  });
});

interface Line {
  resourceSpans: {
    resource: { attributes: { key: string }[] };
    scopeSpans: { spans: JsonSpan[] }[];
  }[];
}

interface JsonSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: { key: string; value: JsonValue }[];
}

type JsonValue = Record<string, unknown> & { arrayValue?: { values: JsonValue[] } };

function plain(value: JsonValue): string {
  return value.arrayValue ? value.arrayValue.values.map(plain).join(",") : String(Object.values(value)[0]);
}

function parse(stdout: string): Line[] {
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

function spansOfLine(line: Line) {
  return line.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

function spansIn(stdout: string) {
  return parse(stdout).flatMap(spansOfLine);
}
