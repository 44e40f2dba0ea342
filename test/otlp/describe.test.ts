import { describe, expect, it, onTestFinished } from "vitest";
import { describeOutcome } from "../../src/otlp/describe.ts";
import type { Outcome } from "../../src/otlp/outcome.ts";
import { createSender } from "../../src/otlp/sender.ts";
import {
  certificate,
  collector,
  faults,
  httpProxy,
  rawServer,
  refusingUrl,
  tlsCollector,
} from "../support/otlp-server.ts";
import { senderConfig, span } from "./spans.ts";

/** Sends a span to the server and describes the result, with the random port replaced. */
async function describeSend(base: string, changes: Parameters<typeof senderConfig>[1] = {}): Promise<string> {
  const config = senderConfig(base, changes);
  const sender = createSender(config);
  onTestFinished(() => sender.close());
  const url = config.traces?.url ?? "";
  return describeOutcome(await sender.send("traces", [span(1)]), url).replaceAll(/:\d{4,5}\b/g, ":PORT");
}
const answered = async (respond: Parameters<typeof collector>[0]) =>
  describeSend((await collector(respond)).url);

describe("the message about an outcome", () => {
  it("says what was accepted", async () => {
    expect(await answered(undefined)).toBe("http://127.0.0.1:PORT/v1/traces accepted everything.");
    expect(await answered(faults.partial(3, "too old."))).toBe(
      "http://127.0.0.1:PORT/v1/traces accepted the request but dropped 3 of its items: too old. ccotel does not send them again: see the backend's limits and its rules for what it keeps.",
    );
    expect(await answered(faults.partial(0, "use gzip"))).toContain(
      "accepted everything, with a remark: use gzip.",
    );
  });

  it("says that nothing listens if the connection is refused", async () => {
    expect(await describeSend(await refusingUrl())).toBe(
      "Nothing listens at http://127.0.0.1:PORT (connection refused). Start the collector, or set CCOTEL_ENDPOINT to one that is running; nothing is lost meanwhile.",
    );
  });

  it("says how long the timeout was", async () => {
    const { url } = await collector(faults.silent);
    expect(await describeSend(url, { timeoutMs: 100 })).toContain(
      "did not answer in time (no answer within 100 ms)",
    );
  });

  it("names a host that cannot be resolved", async () => {
    expect(await describeSend("http://nowhere.invalid")).toMatch(
      /^The host name nowhere\.invalid cannot be resolved/,
    );
  });

  it("says to check the path after 404", async () => {
    expect(await answered(faults.status(404))).toContain(
      "does not accept telemetry at /v1/traces (404). Check the path",
    );
  });

  it("says where the token is set after 401 and 403", async () => {
    expect(await answered(faults.status(401, "bad token"))).toContain(
      "denies access (401: bad token). Check the token",
    );
    expect(await answered(faults.status(403))).toContain("(403). Check the token in CCOTEL_HEADERS");
  });

  it("names the target of a redirect", async () => {
    expect(await answered(faults.redirect("https://sso.example/login?t=hunter2"))).toContain(
      "redirects (302 to https://sso.example/login), and ccotel follows no redirects",
    );
  });

  it.each([
    "Client sent an HTTP request to an HTTPS server.",
    "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>",
  ])("says to use https after the text of a Go or nginx server that requires it: %s", async (text) => {
    expect(await answered(faults.status(400, text))).toMatch(
      /^http:\/\/127\.0\.0\.1:PORT uses TLS on this port \(400: .*\)\. Use https:\/\/ in CCOTEL_ENDPOINT\.$/,
    );
  });

  it("says that a login page is not an OTLP answer", async () => {
    expect(await answered(faults.loginPage)).toContain(
      "answered 200, but not as an OTLP endpoint does (text/html)",
    );
  });

  it("explains 413, 415, 400, 500 and 410", async () => {
    expect(await answered(faults.status(413))).toContain("client_max_body_size");
    expect(await answered(faults.status(415))).toContain("does not accept protobuf");
    expect(await answered(faults.status(400, "bad span"))).toContain("rejected the data with 400: bad span.");
    expect(await answered(faults.status(500, "oops"))).toContain(
      "failed with 500: oops. The fault is in the backend",
    );
    expect(await answered(faults.status(410))).toContain("rejects every request (410)");
  });

  it("says when ccotel retries after 429 and 503", async () => {
    expect(await answered(faults.busy("7"))).toContain(
      "limits the rate (429). It asks to wait 7 s; ccotel retries then; nothing is lost.",
    );
    expect(await answered(faults.status(503))).toContain("is not available (503). ccotel retries later");
    for (const far of ["86400", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
      expect(await answered(faults.busy(far))).toContain(
        "It asks to wait for more than an hour; ccotel retries in an hour; nothing is lost.",
      );
  });

  it("distinguishes TLS errors", async () => {
    const secure = await tlsCollector();
    expect(await describeSend(secure.url)).toMatch(
      /is not trusted on this machine \(\w+\)\. Set CCOTEL_CERTIFICATE/,
    );
    const plain = await collector();
    expect(await describeSend(plain.url.replace("http:", "https:"))).toContain(
      "does not use TLS on this port",
    );
    const strict = await tlsCollector({ wantClientCertificate: true });
    expect(await describeSend(strict.url, { tls: { ca: certificate("ca.pem") } })).toContain(
      "Set CCOTEL_CLIENT_CERTIFICATE and CCOTEL_CLIENT_KEY",
    );
    const proxy = await httpProxy({ to: secure.url });
    const otherName = { tls: { ca: certificate("ca.pem") }, proxy: { https: proxy.url } };
    expect(await describeSend("https://vendor.example", otherName)).toContain("is for another host name");
  });

  it("says that a port does not speak HTTP", async () => {
    const url = await rawServer((socket) => socket.write("\x00\x00\x12\x04\x00\r\n"));
    expect(await describeSend(url)).toContain("does not answer in HTTP (HPE_");
  });

  it("names the proxy if the proxy rejects the request", async () => {
    const proxy = await httpProxy({ refuse: 403 });
    expect(await describeSend("https://vendor.example", { proxy: { https: proxy.url } })).toMatch(
      /^A proxy rejected the request to https:\/\/vendor\.example\/v1\/traces \(403: the proxy 127\.0\.0\.1:PORT answered 403\)\./,
    );
  });

  it("shows no secret of the URL, and is a whole sentence", () => {
    const url = "https://ann:hunter2@h/v1/traces?key=hunter3";
    const outcomes: Outcome[] = [
      { kind: "success" },
      { kind: "partial", rejected: 1, message: "" },
      { kind: "retryable", message: "x" },
      { kind: "retryable", status: 503, message: "" },
      { kind: "server_error", status: 500, message: "" },
      { kind: "refused", status: 400, message: "" },
      { kind: "too_large", status: 413, message: "" },
      ...[200, 302, 401, 404, 407, 415, 418].map(
        (status) => ({ kind: "blocked", status, message: "" }) as const,
      ),
      ...[
        "ECONNREFUSED",
        "timeout",
        "ENOTFOUND",
        "EPROTO",
        "CERT_HAS_EXPIRED",
        "ECONNRESET",
        "HPE_INVALID",
      ].map((code) => ({ kind: "retryable", code, message: "" }) as const),
    ];
    for (const outcome of outcomes) {
      const sentence = describeOutcome(outcome, url);
      expect(sentence).not.toMatch(/hunter/);
      expect(sentence).toMatch(/^[A-Z]|^https:/);
      expect(sentence).toMatch(/\.$/);
    }
  });
});

describe("the message about an answer that repeats the request", () => {
  const SECRETS = ["Basic-secret-1", "header-secret-2", "query-secret%203", "bearer-secret-4"] as const;
  const [password, header, query, token] = SECRETS;
  const key = "path3secret4Of5a6Backend";

  /** All that a debugging server or a hostile one may repeat, in a text with a secret at the place where it is cut. */
  const repeated = (prefix: string) =>
    `${prefix} ${Buffer.from(`me:${password}`).toString("base64")} ${header} ${token} ?key=${query} ${decodeURIComponent(query)} /${key}/v1/traces ${password} ${"x".repeat(90)} ${header.repeat(9)}`;
  const text = repeated("no:");
  const cases: Record<string, NonNullable<Parameters<typeof collector>[0]>> = {
    "a text": faults.status(400, text),
    "a page": faults.status(403, `<html><title>${text}</title></html>`, { "content-type": "text/html" }),
    JSON: faults.status(422, JSON.stringify({ message: text }), { "content-type": "application/json" }),
    "a redirect": faults.redirect(`https://me:${password}@other.example/${header}/${token}?${query}`),
    "a partial success": faults.partial(1, text),
    "a path that is not found": faults.status(404, `Cannot POST /${key}/v1/traces, ${header}`),
    "no OTLP answer": () => ({ body: text, headers: { "content-type": "text/plain" } }),
  };

  it.each(Object.entries(cases))("shows no secret of it: %s", async (_, respond) => {
    const { url } = await collector(respond);
    const base = url.replace("//", `//me:${password}@`);
    const headers = { "x-key": header, "x-token": `Bearer ${token}` };
    const config = senderConfig(base, { headers, url: `${base}/${key}/v1/traces?key=${query}` });
    const sender = createSender(config);
    onTestFinished(() => sender.close());
    const outcome = await sender.send("traces", [span(1)]);
    const said = `${JSON.stringify(outcome)} ${describeOutcome(outcome, config.traces?.url ?? "")}`;
    expect(said).not.toMatch(/[Ss]ecr|bWU6|Of5a6/);
    expect(said).toContain("****");
  });
});
