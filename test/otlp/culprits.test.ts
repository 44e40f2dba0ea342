import { describe, expect, it, onTestFinished } from "vitest";
import { describeOutcome } from "../../src/otlp/describe.ts";
import { createSender } from "../../src/otlp/sender.ts";
import { certificate, collector, faults, refusingUrl, tlsCollector } from "../support/otlp-server.ts";
import { senderConfig, span } from "./spans.ts";

/** The message to the user about a send. */
async function messageOf(base: string, changes: Parameters<typeof senderConfig>[1]): Promise<string> {
  const sender = createSender(senderConfig(base, changes));
  onTestFinished(() => sender.close());
  return describeOutcome(await sender.send("traces", [span(1)]), `${base}/v1/traces`);
}

describe("the message about a failed send", () => {
  it.each(["http", "https"] as const)(
    "names the proxy if a proxy for %s:// cannot be reached",
    async (scheme) => {
      const proxy = await refusingUrl();
      const text = await messageOf(`${scheme}://backend.example:4318`, {
        proxy: { http: proxy, https: proxy },
      });
      expect(text).toContain(
        `The proxy ${new URL(proxy).host} (${scheme.toUpperCase()}_PROXY) cannot be reached`,
      );
      expect(text).not.toContain("Nothing listens");
    },
  );

  it("names the proxy if its host name is unknown", async () => {
    const proxy = { http: "http://proxy.invalid:3128" };
    const text = await messageOf("http://backend.example:4318", { proxy });
    expect(text).toContain("The proxy proxy.invalid:3128 (HTTP_PROXY) cannot be reached");
  });

  it.each([
    [415, ""],
    [400, "cannot unmarshal: proto: wrong wireType"],
    [400, "invalid gzip header"],
    [400, ""],
  ])("names CCOTEL_COMPRESSION=none if gzip is rejected with %d (%s)", async (status, body) => {
    const { url } = await collector(faults.status(status, body));
    expect(await messageOf(url, { compression: "gzip" })).toContain("CCOTEL_COMPRESSION=none");
    expect(await messageOf(url, { compression: "none" })).not.toContain("CCOTEL_COMPRESSION");
  });

  it("does not name gzip if a span is rejected for its content", async () => {
    const { url } = await collector(faults.status(400, "span too old"));
    expect(await messageOf(url, { compression: "gzip" })).not.toContain("gzip");
  });

  it("says that a client key that does not match its certificate cannot be used, and announces no retry", async () => {
    const { url } = await tlsCollector();
    for (const key of [certificate("server.key"), "-----BEGIN PRIVATE KEY-----\nnonsense\n"]) {
      const tls = { ca: certificate("ca.pem"), cert: certificate("client.pem"), key };
      const text = await messageOf(url, { tls });
      expect(text).toContain("The client certificate or its key cannot be used");
      expect(text).not.toContain("tried again");
    }
  });

  it("does not ask for CCOTEL_CERTIFICATE if it is set to another authority", async () => {
    const { url } = await tlsCollector();
    const text = await messageOf(url, { tls: { ca: certificate("client.pem") } });
    expect(text).toContain("is not signed by the authority in CCOTEL_CERTIFICATE");
    expect(text).not.toContain("Set CCOTEL_CERTIFICATE");
  });

  it("includes the title of an HTML answer, which may be the only hint", async () => {
    const page = "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>";
    const { url } = await collector(faults.status(400, page, { "content-type": "text/html" }));
    expect(await messageOf(url, {})).toContain("The plain HTTP request was sent to HTTPS port");
  });
});
