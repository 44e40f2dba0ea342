import { describe, expect, it, onTestFinished } from "vitest";
import { proxyFor } from "../../src/otlp/proxy.ts";
import { createSender } from "../../src/otlp/sender.ts";
import {
  certificate,
  collector,
  httpProxy,
  rawServer,
  refusingUrl,
  spansOf,
  tlsCollector,
} from "../support/otlp-server.ts";
import { counter, senderConfig, span } from "./spans.ts";

type Changes = Parameters<typeof senderConfig>[1];

function sendTo(base: string, changes: Changes) {
  const sender = createSender(senderConfig(base, changes));
  onTestFinished(() => sender.close());
  return sender.send("traces", [span(1)]);
}

describe("TLS", () => {
  const ca = certificate("ca.pem");

  it("accepts a certificate of the configured authority", async () => {
    const { url, requests } = await tlsCollector();
    expect(await sendTo(url, { tls: { ca } })).toEqual({ kind: "success" });
    expect(spansOf(...requests)).toHaveLength(1);
  });

  it("rejects other certificates", async () => {
    const { url, requests } = await tlsCollector();
    expect(await sendTo(url, {})).toMatchObject({
      kind: "retryable",
      code: "SELF_SIGNED_CERT_IN_CHAIN",
    });
    expect(requests).toEqual([]);
  });

  it("sends the client certificate to a server that requires one", async () => {
    const { url } = await tlsCollector({ wantClientCertificate: true });
    const client = { cert: certificate("client.pem"), key: certificate("client.key") };
    expect(await sendTo(url, { tls: { ca, ...client } })).toEqual({ kind: "success" });
    expect(await sendTo(url, { tls: { ca } })).toMatchObject({ kind: "retryable" });
  });

  it("is retryable on a port without TLS and with invalid PEM text", async () => {
    const { url } = await collector();
    expect(await sendTo(url.replace("http:", "https:"), {})).toMatchObject({
      kind: "retryable",
      code: expect.any(String),
    });
    const secure = await tlsCollector();
    const tls = { ca, cert: "-----BEGIN CERTIFICATE-----\nnonsense\n", key: "x" };
    expect(await sendTo(secure.url, { tls })).toMatchObject({ kind: "retryable" });
  });
});

describe("signals to one host", () => {
  /** Sends a span and a metric. Returns the outcomes. */
  async function sendBoth(base: string, changes: Changes) {
    const sender = createSender(senderConfig(base, changes));
    onTestFinished(() => sender.close());
    return [await sender.send("traces", [span(1)]), await sender.send("metrics", counter(1))];
  }
  const success = [{ kind: "success" }, { kind: "success" }];
  const answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

  it("share a connection", async () => {
    let connections = 0;
    const url = await rawServer((socket) => {
      connections++;
      socket.on("data", () => socket.write(answer));
    });
    expect(await sendBoth(url, { compression: "none" })).toEqual(success);
    expect(connections).toBe(1);
  });

  it("share a tunnel through a proxy", async () => {
    const { url, requests } = await tlsCollector();
    const proxy = await httpProxy({ to: url });
    const changes = { proxy: { https: proxy.url }, tls: { ca: certificate("ca.pem") } };
    expect(await sendBoth("https://collector.example", changes)).toEqual(success);
    expect(requests.map(({ signal }) => signal)).toEqual(["traces", "metrics"]);
    expect(proxy.seen.map(({ method }) => method)).toEqual(["CONNECT"]);
  });
});

describe("a proxy", () => {
  it("gets the full URL of an http endpoint, and returns the backend's answer", async () => {
    const { url, requests } = await collector();
    const proxy = await httpProxy({ to: url });
    expect(await sendTo("http://collector.example:4318", { proxy: { http: proxy.url } })).toEqual({
      kind: "success",
    });
    expect(proxy.seen).toEqual([{ method: "POST", target: "http://collector.example:4318/v1/traces" }]);
    expect(requests[0]?.headers.host).toBe("collector.example:4318");
  });

  it("gets only a CONNECT for an https endpoint, so it sees no path, headers or spans", async () => {
    const { url, requests } = await tlsCollector();
    const proxy = await httpProxy({ to: url });
    const sender = createSender(
      senderConfig("https://collector.example", {
        proxy: { https: proxy.url },
        tls: { ca: certificate("ca.pem") },
      }),
    );
    onTestFinished(() => sender.close());
    expect(await sender.send("traces", [span(1)])).toEqual({ kind: "success" });
    expect(await sender.send("traces", [span(2)])).toEqual({ kind: "success" });
    expect(spansOf(...requests)).toHaveLength(2);
    expect(requests[0]?.headers.host).toBe("collector.example");
    expect(proxy.seen).toEqual([{ method: "CONNECT", target: "collector.example:443" }]);
  });

  it.each(["201 Created", "204 No Content"])(
    "may open a tunnel with %s, as every 2xx does",
    async (granted) => {
      const { url } = await tlsCollector();
      const proxy = await httpProxy({ to: url, granted });
      const through = { proxy: { https: proxy.url }, tls: { ca: certificate("ca.pem") } };
      expect(await sendTo("https://collector.example", through)).toEqual({ kind: "success" });
    },
  );

  it("cannot present another server as the endpoint", async () => {
    const { url } = await tlsCollector();
    const proxy = await httpProxy({ to: url });
    const outcome = await sendTo("https://vendor.example", {
      proxy: { https: proxy.url },
      tls: { ca: certificate("ca.pem") },
    });
    expect(outcome).toMatchObject({ kind: "retryable", code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  });

  it("gets user and password from its URL", async () => {
    const { url } = await collector();
    const authorization = `Basic ${Buffer.from("ann:p@ss").toString("base64")}`;
    const proxy = await httpProxy({ to: url, authorization });
    const withUser = proxy.url.replace("//", "//ann:p%40ss@");
    const through = (http: string) => sendTo("http://collector.example", { proxy: { http } });
    expect(await through(withUser)).toEqual({ kind: "success" });
    expect(await through(proxy.url)).toMatchObject({ kind: "blocked", status: 407 });
  });

  it("that does not answer a CONNECT fails after the timeout", async () => {
    const silent = await rawServer(() => {});
    const outcome = await sendTo("https://vendor.example", { proxy: { https: silent }, timeoutMs: 200 });
    expect(outcome).toMatchObject({ kind: "retryable", code: "timeout" });
  });

  it("that refuses a tunnel is blocked, or retryable with 503, and never a rejection of spans", async () => {
    const through = async (refuse: number) => {
      const proxy = await httpProxy({ refuse });
      return sendTo("https://vendor.example", { proxy: { https: proxy.url } });
    };
    expect(await through(407)).toMatchObject({ kind: "blocked", status: 407 });
    expect(await through(403)).toMatchObject({
      kind: "blocked",
      message: expect.stringContaining("the proxy 127.0.0.1:"),
    });
    expect(await through(400)).toMatchObject({ kind: "blocked", status: 400 });
    expect(await through(503)).toMatchObject({ kind: "retryable", status: 503 });
  });

  it("that refuses connections is retryable", async () => {
    const proxy = { http: await refusingUrl(), https: await refusingUrl() };
    expect(await sendTo("http://vendor.example", { proxy })).toMatchObject({ code: "ECONNREFUSED" });
    expect(await sendTo("https://vendor.example", { proxy })).toMatchObject({ code: "ECONNREFUSED" });
  });
});

describe("the chosen proxy", () => {
  const proxy = { http: "http://plain:1", https: "http://secure:2" };
  const chosen = (url: string, except?: string) => proxyFor(new URL(url), { ...proxy, except })?.host;

  it("depends on the endpoint's scheme", () => {
    expect(chosen("http://h")).toBe("plain:1");
    expect(chosen("https://h")).toBe("secure:2");
    expect(proxyFor(new URL("https://h"), { http: "http://plain:1" })).toBeUndefined();
  });

  it.each(["http://localhost:4318", "http://127.0.0.1", "https://[::1]:4318", "http://a.localhost"])(
    "is undefined for a loopback address: %s",
    (url) => expect(chosen(url)).toBeUndefined(),
  );

  it.each([
    ["*", "https://any.example"],
    ["vendor.example", "https://vendor.example"],
    ["vendor.example", "https://in.vendor.example"],
    [".vendor.example", "https://in.vendor.example"],
    ["*.vendor.example", "https://in.vendor.example"],
    ["other, VENDOR.example", "https://vendor.Example"],
    ["a b", "https://b"],
    ["vendor.example:443", "https://vendor.example"],
    ["vendor.example:4318", "http://vendor.example:4318"],
    ["10.0.0.0/8", "http://10.1.2.3:4318"],
    ["10.1.2.3", "http://10.1.2.3:4318"],
    ["fd00::/8", "http://[fd00::1]:4318"],
    ["fd00::1", "http://[fd00::1]:4318"],
    ["[fd00::1]:4318", "http://[fd00::1]:4318"],
  ])("is undefined if NO_PROXY=%s covers %s", (except, url) => {
    expect(chosen(url, except)).toBeUndefined();
  });

  it.each([
    ["", "https://vendor.example"],
    ["vendor.example", "https://notvendor.example"],
    ["vendor.example:8443", "https://vendor.example"],
    ["10.0.0.0/8", "http://11.0.0.1"],
    ["10.0.0.0/99", "http://10.0.0.1"],
    ["10.0.0.0/8", "http://ten.example"],
    ["[fd00::1]:4317", "http://[fd00::1]:4318"],
  ])("is used if NO_PROXY=%s does not cover %s", (except, url) => {
    expect(chosen(url, except)).toBeDefined();
  });
});

describe("a connection that the server closed after an answer, without saying so", () => {
  /** Answers one request on each connection and then closes it, when the next request arrives. */
  const rude = (answers: { status: string; requests: number[] }) =>
    rawServer((socket) => {
      let count = 0;
      socket.on("data", () => {
        answers.requests.push(++count);
        if (count > 1) socket.resetAndDestroy();
        else socket.write(`HTTP/1.1 ${answers.status}\r\nContent-Length: 0\r\n\r\n`);
      });
    });

  it("is replaced by a new one, and the request is sent again at once", async () => {
    const answers = { status: "200 OK", requests: [] };
    const url = await rude(answers);
    const sender = createSender(senderConfig(url, { compression: "none" }));
    onTestFinished(() => sender.close());
    expect(await sender.send("traces", [span(1)])).toEqual({ kind: "success" });
    expect(await sender.send("traces", [span(2)])).toEqual({ kind: "success" });
    // The third request is the second one again, the first on its connection.
    expect(answers.requests).toEqual([1, 2, 1]);
  });

  it("is a failure if the new connection is closed, too", async () => {
    const url = await rawServer((socket) => {
      let count = 0;
      socket.on("data", () => {
        if (count++ === 0 && first) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        else socket.resetAndDestroy();
        first = false;
      });
    });
    let first = true;
    const sender = createSender(senderConfig(url, { compression: "none" }));
    onTestFinished(() => sender.close());
    expect(await sender.send("traces", [span(1)])).toEqual({ kind: "success" });
    expect(await sender.send("traces", [span(2)])).toMatchObject({ kind: "retryable", mayHaveArrived: true });
  });
});
