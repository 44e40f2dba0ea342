import { describe, expect, it, onTestFinished } from "vitest";
import { describeOutcome } from "../../src/otlp/describe.ts";
import { createSender } from "../../src/otlp/sender.ts";
import { certificate, collector, faults, refusingUrl, tlsCollector } from "../support/otlp-server.ts";
import { senderConfig, span } from "./spans.ts";

/** The message to the user about a send. */
async function told(base: string, changes: Parameters<typeof senderConfig>[1]): Promise<string> {
  const sender = createSender(senderConfig(base, changes));
  onTestFinished(() => sender.close());
  return describeOutcome(await sender.send("traces", [span(1)]), `${base}/v1/traces`);
}

describe("a fault is put down to what has it", () => {
  it.each(["http", "https"] as const)(
    "a dead proxy before %s:// is the proxy's, not the endpoint's",
    async (scheme) => {
      const proxy = await refusingUrl();
      const text = await told(`${scheme}://backend.example:4318`, { proxy: { http: proxy, https: proxy } });
      expect(text).toContain(
        `The proxy ${new URL(proxy).host} (${scheme.toUpperCase()}_PROXY) cannot be reached`,
      );
      expect(text).not.toContain("Nothing listens");
    },
  );

  it("a proxy whose name nobody knows, too", async () => {
    const proxy = { http: "http://proxy.invalid:3128" };
    const text = await told("http://backend.example:4318", { proxy });
    expect(text).toContain("The proxy proxy.invalid:3128 (HTTP_PROXY) cannot be reached");
  });

  it.each([
    [415, ""],
    [400, "cannot unmarshal: proto: wrong wireType"],
    [400, "invalid gzip header"],
    [400, ""],
  ])("gzip that is refused with %d (%s) is named, with the way to switch it off", async (status, body) => {
    const { url } = await collector(faults.status(status, body));
    expect(await told(url, { compression: "gzip" })).toContain("CCOTEL_COMPRESSION=none");
    expect(await told(url, { compression: "none" })).not.toContain("CCOTEL_COMPRESSION");
  });

  it("a refusal of a span for what is in it says nothing of gzip", async () => {
    const { url } = await collector(faults.status(400, "span too old"));
    expect(await told(url, { compression: "gzip" })).not.toContain("gzip");
  });

  it("a key that does not belong to the certificate is the user's to repair, and not tried again", async () => {
    const { url } = await tlsCollector();
    for (const key of [certificate("server.key"), "-----BEGIN PRIVATE KEY-----\nnonsense\n"]) {
      const tls = { ca: certificate("ca.pem"), cert: certificate("client.pem"), key };
      const text = await told(url, { tls });
      expect(text).toContain("The client certificate or its key cannot be used");
      expect(text).not.toContain("tried again");
    }
  });

  it("an authority that is set and is another one is not asked for once more", async () => {
    const { url } = await tlsCollector();
    const text = await told(url, { tls: { ca: certificate("client.pem") } });
    expect(text).toContain("is not signed by the authority in CCOTEL_CERTIFICATE");
    expect(text).not.toContain("Set CCOTEL_CERTIFICATE");
  });

  it("the title of an HTML answer is told, as it may be the only clue", async () => {
    const page = "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>";
    const { url } = await collector(faults.status(400, page, { "content-type": "text/html" }));
    expect(await told(url, {})).toContain("The plain HTTP request was sent to HTTPS port");
  });
});
