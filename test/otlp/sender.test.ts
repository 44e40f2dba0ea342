import { randomBytes } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { gunzipSync, gzipSync } from "node:zlib";
import { ExportResultCode } from "@opentelemetry/core";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Target } from "../../src/config/sending.ts";
import { createSpanEncoder } from "../../src/otlp/encode-spans.ts";
import { type Outcome, parseRetryAfter } from "../../src/otlp/outcome.ts";
import { createSender, type Sender } from "../../src/otlp/sender.ts";
import { createReadable } from "../../src/telemetry/spans/readable.ts";
import { holdClock } from "../support/hold-clock.ts";
import { toResourceMetrics } from "../support/official.ts";
import {
  collector,
  faults,
  inTurn,
  metricsOf,
  rawServer,
  refusingUrl,
  spansOf,
} from "../support/otlp-server.ts";
import { useTimeZone } from "../support/time-zone.ts";
import { counter, facts, plainSpan, senderConfig, span, spanId } from "./spans.ts";

function senderTo(base: string, changes: Partial<Target> = {}): Sender {
  const sender = createSender(senderConfig(base, changes));
  onTestFinished(() => sender.close());
  return sender;
}

/** Sends one span to a collector that answers as `respond` says. */
async function sendTo(
  respond: Parameters<typeof collector>[0],
  changes: Partial<Target> = {},
): Promise<Outcome> {
  const { url } = await collector(respond);
  return senderTo(url, changes).send("traces", [span(1)]);
}

/** Holds the timers of this process until the end of the test. Returns the function that lets time pass. */
function holdTimers(): (ms: number) => void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  return (ms) => void vi.advanceTimersByTime(ms);
}

/** Waits without timers, which may be held. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(setImmediate);
}

/** Counts what Node reports on a channel, until the end of the test. */
function countMessages(channel: "net.client.socket" | "http.client.response.finish"): () => number {
  let count = 0;
  const note = () => void count++;
  subscribe(channel, note);
  onTestFinished(() => void unsubscribe(channel, note));
  return () => count;
}

describe("a request", () => {
  it("has the same bytes as those of the official exporters", async () => {
    const { url, requests } = await collector();
    const spans = [plainSpan(1), plainSpan(2, { links: [], events: [] }), plainSpan(3, { status: "unset" })];
    await senderTo(url).send("traces", spans.map(createSpanEncoder(facts)));
    await senderTo(url).send("metrics", counter(2));

    const traces = new OTLPTraceExporter({ url: `${url}/v1/traces` });
    const metrics = new OTLPMetricExporter({ url: `${url}/v1/metrics` });
    const codes = await Promise.all([
      new Promise((resolve) =>
        traces.export(spans.map(createReadable(facts)), (result) => resolve(result.code)),
      ),
      new Promise((resolve) =>
        metrics.export(toResourceMetrics(counter(2)), (result) => resolve(result.code)),
      ),
    ]);
    expect(codes).toEqual([ExportResultCode.SUCCESS, ExportResultCode.SUCCESS]);

    for (const signal of ["traces", "metrics"] as const) {
      const [ours, official] = requests.filter((request) => request.signal === signal);
      expect(ours?.body.length).toBeGreaterThan(100);
      expect(ours?.body.equals(official?.body ?? Buffer.alloc(0))).toBe(true);
    }
  });

  it("arrives as spans and points", async () => {
    const { url, requests } = await collector();
    const sender = senderTo(url);
    expect(await sender.send("traces", [span(1), span(2)])).toEqual({ kind: "success" });
    expect(await sender.send("metrics", counter(2))).toEqual({ kind: "success" });
    expect(spansOf(...requests).map((one) => one.spanId)).toEqual([spanId(1), spanId(2)]);
    expect(metricsOf(...requests)[0]?.points[0]).toMatchObject({ value: 2, valueType: "double" });
  });

  it("has the configured headers, except for its own length and type", async () => {
    const { url, requests } = await collector();
    const headers = {
      authorization: "Bearer t",
      "x-tenant": "a",
      "content-type": "text/plain",
      "content-length": "3",
    };
    await senderTo(url, { headers }).send("traces", [span(1)]);
    expect(requests[0]?.headers).toMatchObject({
      authorization: "Bearer t",
      "x-tenant": "a",
      "content-type": "application/x-protobuf",
      "content-length": String(requests[0]?.body.length),
      "user-agent": "ccotel/test",
    });
    expect(requests[0]?.headers).not.toHaveProperty("content-encoding");
  });

  it("is compressed with gzip on request", async () => {
    const { url, requests } = await collector();
    const spans = Array.from({ length: 50 }, (_, index) => span(index + 1));
    await senderTo(url, { compression: "gzip" }).send("traces", spans);
    await senderTo(url).send("traces", spans);
    const [zipped, plain] = requests;
    expect(zipped?.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(zipped?.body ?? "").equals(plain?.body ?? Buffer.alloc(0))).toBe(true);
    expect(zipped?.body.length).toBeLessThan((plain?.body.length ?? 0) / 5);
  });

  it("goes to the exact URL with its query, and with user and password of the URL as Basic authorization", async () => {
    const { url, requests } = await collector();
    const withUser = `${url.replace("//", "//ann:p%40ss@")}/tenant/v1/traces?key=v`;
    await senderTo(url, { url: withUser }).send("traces", [span(1)]);
    expect(requests[0]?.path).toBe("/tenant/v1/traces?key=v");
    expect(requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from("ann:p@ss").toString("base64")}`);
  });

  it("is not made if there is nothing to send", async () => {
    const { url, requests } = await collector();
    const sender = senderTo(url);
    expect(await sender.send("traces", [])).toEqual({ kind: "success" });
    expect(await sender.send("metrics", { ...counter(1), metrics: [] })).toEqual({ kind: "success" });
    expect(requests).toEqual([]);
  });

  it("shares one connection with the requests before it", async () => {
    let connections = 0;
    const url = await rawServer((socket) => {
      connections++;
      socket.on("data", () => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
    });
    const sender = senderTo(url);
    for (const id of [1, 2, 3]) expect(await sender.send("traces", [span(id)])).toEqual({ kind: "success" });
    expect(connections).toBe(1);
  });

  it("throws for a signal without an endpoint", async () => {
    const { traces, ...rest } = senderConfig("http://127.0.0.1:9");
    await expect(createSender(rest).send("traces", [span(1)])).rejects.toThrow("no traces endpoint");
    const { metrics, ...others } = senderConfig("http://127.0.0.1:9");
    await expect(createSender(others).send("metrics", counter(1))).rejects.toThrow("no metrics endpoint");
    expect([traces, metrics]).toHaveLength(2);
  });
});

describe("a 2xx", () => {
  const answer = (body: string, type?: string, status = 200) =>
    sendTo(() => ({ status, body, headers: type ? { "content-type": type } : {} }));

  it("with an empty body is a success, with any content type", async () => {
    expect(await answer("")).toEqual({ kind: "success" });
    expect(await answer("", "text/html", 202)).toEqual({ kind: "success" });
    expect(await answer("", undefined, 204)).toEqual({ kind: "success" });
  });

  it("with a protobuf or JSON body is a success", async () => {
    expect(await sendTo(() => ({}))).toEqual({ kind: "success" });
    expect(await answer("\x0a\x00", "application/x-protobuf")).toEqual({ kind: "success" });
    expect(await answer("{}", "application/json")).toEqual({ kind: "success" });
    expect(await answer('{"partialSuccess":{}}', "text/plain")).toEqual({ kind: "success" });
    expect(await answer("[]", "application/json; charset=utf-8")).toEqual({ kind: "success" });
  });

  it("with a login page is blocked, with any content type", async () => {
    expect(await sendTo(faults.loginPage)).toEqual({ kind: "blocked", status: 200, message: "text/html" });
    expect(await answer(" <html>Sign in</html>")).toEqual({
      kind: "blocked",
      status: 200,
      message: "no content type",
    });
    expect(await answer("<html>", "application/x-protobuf")).toMatchObject({ kind: "blocked" });
  });

  it("with another text is blocked, and the message includes the text", async () => {
    const outcome = await answer("Accepted by the web server", "text/plain");
    expect(outcome).toEqual({
      kind: "blocked",
      status: 200,
      message: "text/plain: Accepted by the web server",
    });
  });

  it("with rejected items is partial, in protobuf and in both spellings of JSON", async () => {
    const expected = { kind: "partial", rejected: 3, message: "too old" };
    expect(await sendTo(faults.partial(3, "too old"))).toEqual(expected);
    const json = "application/json";
    expect(await answer('{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}}', json)).toEqual(
      expected,
    );
    expect(await answer('{"partial_success":{"rejected_spans":3,"error_message":"too old"}}', json)).toEqual(
      expected,
    );
  });

  it("with rejected metric points is partial too", async () => {
    const { url } = await collector(faults.partial(2));
    expect(await senderTo(url).send("metrics", counter(1))).toEqual({
      kind: "partial",
      rejected: 2,
      message: "",
    });
  });

  it("with a remark but no rejected item is partial with 0, so that the remark is shown", async () => {
    expect(await sendTo(faults.partial(0, "use gzip"))).toEqual({
      kind: "partial",
      rejected: 0,
      message: "use gzip",
    });
  });

  it("that a proxy has compressed unasked is read, too", async () => {
    const body = gzipSync('{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}}');
    const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}`;
    const url = await rawServer((socket) => {
      socket.once("data", () => socket.write(Buffer.concat([Buffer.from(`${head}\r\n\r\n`), body])));
    });
    expect(await senderTo(url).send("traces", [span(1)])).toEqual({
      kind: "partial",
      rejected: 3,
      message: "too old",
    });
  });

  it("that never ends is not read further after 64 KB", async () => {
    const url = await rawServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n");
      const timer = setInterval(() => socket.write("x".repeat(20_000)), 5);
      socket.on("close", () => clearInterval(timer));
    });
    expect(await senderTo(url).send("traces", [span(1)])).toEqual({
      kind: "blocked",
      status: 200,
      message: "text/html",
    });
  });

  it("with 60 KB of headers is a success", async () => {
    const cookies = Object.fromEntries(Array.from({ length: 15 }, (_, at) => [`x-${at}`, "c".repeat(4_000)]));
    expect(await sendTo(() => ({ headers: cookies }))).toEqual({ kind: "success" });
  });

  // More than the buffers of both sides hold.
  const large = () => {
    const text = randomBytes(12 << 20).toString("base64");
    return createSpanEncoder(facts)(plainSpan(1, { attributes: { text } }));
  };
  const accepted = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

  it("that comes before the server has read the request counts once all of it was sent", async () => {
    const answers = countMessages("http.client.response.finish");
    const url = await rawServer((socket) => {
      socket.once("data", () => {
        socket.pause();
        socket.write(accepted);
        void until(() => answers() > 0).then(() => socket.resume());
      });
    });
    expect(await senderTo(url).send("traces", [large()])).toEqual({ kind: "success" });
  });

  it("of a server that never reads the whole request is retryable, and may have arrived", async () => {
    const answers = countMessages("http.client.response.finish");
    const pass = holdTimers();
    const url = await rawServer((socket) => {
      socket.once("data", () => {
        socket.pause();
        socket.write(accepted);
      });
    });
    const sent = senderTo(url, { timeoutMs: 5000 }).send("traces", [large()]);
    await until(() => answers() > 0);
    pass(5000);
    expect(await sent).toEqual({
      kind: "retryable",
      message: "the answer came before the whole request was sent",
      mayHaveArrived: true,
    });
  });

  it("of a login page that comes before the server has read the request is no success", async () => {
    const url = await rawServer((socket) => {
      socket.once("data", () => {
        socket.pause();
        socket.write("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>");
      });
    });
    expect(await senderTo(url).send("traces", [large()])).toMatchObject({ kind: "blocked", status: 200 });
  });

  it("that breaks off although it did not say its length is retryable, and may have arrived", async () => {
    const url = await rawServer((socket) => {
      socket.once("data", () =>
        socket.end('HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n{"partialSuccess":{"rej'),
      );
    });
    expect(await senderTo(url).send("traces", [span(1)])).toMatchObject({
      kind: "retryable",
      mayHaveArrived: true,
    });
  });

  it("that breaks off in the middle of its body is retryable", async () => {
    const url = await rawServer((socket) => {
      socket.on("data", () => {
        socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{");
        setTimeout(() => socket.destroy(), 20);
      });
    });
    expect(await senderTo(url).send("traces", [span(1)])).toMatchObject({
      kind: "retryable",
      code: "ECONNRESET",
    });
  });
});

describe("other answers", () => {
  it.each([
    [408, "retryable"],
    [429, "retryable"],
    [502, "retryable"],
    [503, "retryable"],
    [504, "retryable"],
    [500, "server_error"],
    [501, "server_error"],
    [599, "server_error"],
    [400, "refused"],
    [422, "refused"],
    [413, "too_large"],
    [300, "blocked"],
    [401, "blocked"],
    [402, "blocked"],
    [403, "blocked"],
    [404, "blocked"],
    [405, "blocked"],
    [410, "blocked"],
    [415, "blocked"],
  ])("%i is %s", async (status, kind) => {
    expect(await sendTo(faults.status(status))).toMatchObject({ kind, status });
  });

  it("Retry-After can be seconds or a date", async () => {
    expect(await sendTo(faults.busy("7"))).toMatchObject({
      kind: "retryable",
      status: 429,
      retryAfterMs: 7000,
    });
    holdClock();
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    expect(await sendTo(faults.busy(inAMinute))).toMatchObject({ retryAfterMs: 60_000 });
    expect(await sendTo(faults.busy(new Date(0).toUTCString()))).toMatchObject({ retryAfterMs: 0 });
    expect(await sendTo(faults.busy("soon"))).not.toHaveProperty("retryAfterMs");
    expect(await sendTo(faults.busy("-5"))).not.toHaveProperty("retryAfterMs");
  });

  it("Retry-After can be a date of each of HTTP's three forms, in any time zone", () => {
    useTimeZone("America/New_York");
    const atMs = Date.UTC(1994, 10, 6, 8, 49, 37);
    for (const date of [
      "Sun, 06 Nov 1994 08:49:37 GMT",
      "Sunday, 06-Nov-94 08:49:37 GMT",
      "Sun Nov  6 08:49:37 1994",
    ])
      expect(parseRetryAfter(date, atMs - 60_000), date).toBe(60_000);
  });

  it("a redirect is not followed, and the message has its target without the query", async () => {
    const elsewhere = await collector();
    const outcome = await sendTo(faults.redirect(`${elsewhere.url}/v1/traces?token=hunter2`));
    expect(outcome).toEqual({ kind: "blocked", status: 302, message: `to ${elsewhere.url}/v1/traces` });
    expect(elsewhere.requests).toEqual([]);
  });

  it("the message is one line with the backend's text, from plain text, JSON or protobuf", async () => {
    const says = async (body: string | Uint8Array, type: string) => {
      const outcome = await sendTo(() => ({ status: 400, body, headers: { "content-type": type } }));
      return (outcome as { message: string }).message;
    };
    expect(await says("bad\r\n\tspan\x1b[31m ", "text/plain")).toBe("bad span [31m");
    expect(await says('{"code":3,"message":"bad span"}', "application/json")).toBe("bad span");
    expect(await says('{"error":"bad span"}', "application/json")).toBe("bad span");
    // google.rpc.Status { code: 3, message: "bad span" }
    const status = Buffer.from([0x08, 3, 0x12, 8, ...Buffer.from("bad span")]);
    expect(await says(status, "application/x-protobuf")).toBe("bad span");
    const long = "x".repeat(400);
    const longStatus = Buffer.from([0x08, 3, 0x12, 0x90, 0x03, ...Buffer.from(long)]);
    expect(await says(longStatus, "application/x-protobuf")).toBe(`${"x".repeat(299)}…`);
    expect(await says("<html><h1>Bad", "text/html")).toBe("");
  });

  it("a 413 before the whole request was read is too_large or retryable", async () => {
    const url = await rawServer((socket) => {
      socket.once("data", () => {
        socket.end("HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
      });
    });
    const big = span(1, { attributes: { text: "x".repeat(900_000) } });
    expect((await senderTo(url).send("traces", [big])).kind).toMatch(/too_large|retryable/);
  });

  it("a backend that rejects one span accepts the batch without it", async () => {
    const { url } = await collector(faults.rejectBatchWith(spanId(2)));
    const sender = senderTo(url);
    expect(await sender.send("traces", [span(1), span(2)])).toMatchObject({
      kind: "refused",
      message: `bad span ${spanId(2)}`,
    });
    expect(await sender.send("traces", [span(1)])).toEqual({ kind: "success" });
  });
});

describe("connection errors", () => {
  it("a refused connection is retryable, and the sender does not try again", async () => {
    const url = await refusingUrl();
    const connections = countMessages("net.client.socket");
    const outcome = await senderTo(url).send("traces", [span(1)]);
    expect(outcome).toMatchObject({ kind: "retryable", code: "ECONNREFUSED" });
    expect(connections()).toBe(1);
  });

  it("an unknown host is retryable", async () => {
    const outcome = await senderTo("http://nowhere.invalid:4318").send("traces", [span(1)]);
    expect(outcome).toMatchObject({ kind: "retryable", code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) });
  });

  it("a reset after the body was read is retryable, and the sender does not send again", async () => {
    const { url, requests } = await collector(inTurn(faults.reset));
    const sender = senderTo(url);
    expect(await sender.send("traces", [span(1)])).toMatchObject({ kind: "retryable", code: "ECONNRESET" });
    expect(requests).toHaveLength(1);
    expect(await sender.send("traces", [span(1)])).toEqual({ kind: "success" });
  });

  it("a server that never answers is retryable after the timeout", async () => {
    const { url, requests } = await collector(faults.silent);
    const pass = holdTimers();
    let isOver = false;
    const sent = senderTo(url, { timeoutMs: 300 })
      .send("traces", [span(1)])
      .finally(() => {
        isOver = true;
      });
    await until(() => requests.length === 1);
    pass(299);
    await new Promise(setImmediate);
    expect(isOver).toBe(false);
    pass(1);
    expect(await sent).toEqual({
      kind: "retryable",
      code: "timeout",
      message: "no answer within 300 ms",
      mayHaveArrived: true,
    });
  });

  it("the timeout is for the whole request, also if the answer arrives slowly", async () => {
    let written = 0;
    const url = await rawServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n");
      const timer = setInterval(() => socket.write(" ", () => void written++), 5);
      socket.on("close", () => clearInterval(timer));
    });
    const pass = holdTimers();
    const sent = senderTo(url, { timeoutMs: 400 }).send("traces", [span(1)]);
    for (const ms of [200, 200]) {
      const before = written;
      await until(() => written > before + 3);
      pass(ms);
    }
    expect(await sent).toMatchObject({ kind: "retryable", code: "timeout" });
  });

  it("a 401 whose body never ends is blocked", async () => {
    const url = await rawServer((socket) => {
      socket.on("data", () => socket.write("HTTP/1.1 401 No\r\ncontent-length: 1000\r\n\r\nbad to"));
    });
    const answers = countMessages("http.client.response.finish");
    const pass = holdTimers();
    const sent = senderTo(url, { timeoutMs: 300 }).send("traces", [span(1)]);
    await until(() => answers() === 1);
    pass(300);
    expect(await sent).toEqual({ kind: "blocked", status: 401, message: "bad to" });
  });

  it("a late answer within the timeout is a success", async () => {
    expect(await sendTo(faults.slow(2600))).toEqual({ kind: "success" });
    expect(await sendTo(faults.slowBody(100))).toEqual({ kind: "success" });
  });

  it("a server that does not speak HTTP is retryable with an HPE_ code", async () => {
    const url = await rawServer((socket) => socket.write("\x00\x00\x12\x04SMTP?\r\n"));
    expect(await senderTo(url).send("traces", [span(1)])).toMatchObject({
      kind: "retryable",
      code: expect.stringMatching(/^HPE_/),
    });
  });

  it("a server that wants another protocol blocks, and the sender answers", async () => {
    const switching = "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n";
    const url = await rawServer((socket) => void socket.once("data", () => socket.write(switching)));
    expect(await senderTo(url).send("traces", [span(1)])).toMatchObject({ kind: "blocked", status: 101 });
  });

  it("60 parallel requests all succeed", async () => {
    const { url, requests } = await collector(faults.slow(20));
    const sender = senderTo(url);
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, index) => sender.send("traces", [span(index + 1)])),
    );
    expect(outcomes.every((outcome) => outcome.kind === "success")).toBe(true);
    expect(requests).toHaveLength(60);
  });
});
