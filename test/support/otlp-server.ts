// Real servers for tests of everything that sends: a collector that can misbehave on demand, the same behind TLS,
// an HTTP proxy, and an address where nothing listens. Each server closes at the end of its test.

import { readFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import {
  type Answer,
  type Collector,
  type CollectorOptions,
  type CollectorRequest,
  createCollectorHandler,
  startCollector,
} from "../../src/collector/collector.ts";
import { usualName } from "./span-names.ts";

type Respond = NonNullable<CollectorOptions["respond"]>;

/** Starts a collector that answers as `respond` says and closes at the end of the test. */
export async function collector(respond?: Respond, options: CollectorOptions = {}): Promise<Collector> {
  const started = await startCollector({ ...options, ...(respond && { respond }) });
  onTestFinished(() => started.close());
  return started;
}

/** Ways to misbehave, as `respond` functions; combine them with `inTurn`. */
export const faults = {
  /** Reads the request and never answers. */
  silent: () => ({ silent: true }),
  /** Accepts the request after a delay. */
  slow: (delayMs: number) => () => ({ delayMs }),
  /** Sends the head of the response at once and its body after a delay. */
  slowBody: (bodyDelayMs: number) => () => ({
    bodyDelayMs,
    body: "{}",
    headers: { "content-type": "application/json" },
  }),
  /** Reads the whole request, then resets the connection. */
  reset: () => ({ reset: true }),
  /** Answers with a status and an optional text. */
  status:
    (status: number, body = "", headers: Record<string, string> = {}) =>
    () => ({ status, body, headers }),
  /** 429 with a Retry-After header. */
  busy: (retryAfter: string) => () => ({ status: 429, headers: { "retry-after": retryAfter } }),
  /** 413 for requests with more than `maxSpans` spans. */
  tooLarge: (maxSpans: number) => (request: CollectorRequest) =>
    spansOf(request).length > maxSpans ? { status: 413 } : {},
  /** 400 for every batch that contains the span with this id. */
  rejectBatchWith: (spanId: string) => (request: CollectorRequest) =>
    spansOf(request).some((span) => span.spanId === spanId)
      ? { status: 400, body: `bad span ${spanId}` }
      : {},
  /** 200 with a partial success: the collector rejected some items. */
  partial:
    (rejected: number, message = "") =>
    () => ({ partial: { rejected, message } }),
  redirect: (location: string) => () => ({ status: 302, headers: { location } }),
  loginPage: () => ({
    body: "<!doctype html><title>Sign in</title>",
    headers: { "content-type": "text/html" },
  }),
} as const satisfies Record<string, Respond | ((...args: never[]) => Respond)>;

/** Answers request n as the nth argument says. Accepts all later requests. */
export function inTurn(...answers: readonly Respond[]): Respond {
  return (request, index): Answer | undefined | Promise<Answer | undefined> =>
    answers[index]?.(request, index);
}

/** All spans of these requests, in order of arrival. */
export function spansOf(...requests: readonly CollectorRequest[]) {
  return requests.flatMap((one) => one.traces.flatMap((group) => group.spans));
}

/** The prompt ids of the turns whose spans arrived, in the order in which they arrived. */
export function turnsIn(requests: readonly CollectorRequest[]): string[] {
  return spansOf(...requests)
    .filter(({ name }) => usualName(name) === "invoke_agent claude-code")
    .map(({ attributes }) => String(attributes["prompt.id"]));
}

/** All metrics of these requests, in order of arrival. */
export function metricsOf(...requests: readonly CollectorRequest[]) {
  return requests.flatMap((one) => one.metrics.flatMap((group) => group.metrics));
}

/** All log records of these requests, in order of arrival. */
export function logsOf(...requests: readonly CollectorRequest[]) {
  return requests.flatMap((one) => one.logs.flatMap((group) => group.records));
}

/** The base URL of a port on which nothing listens: the system refuses connections to it. */
export async function refusingUrl(): Promise<string> {
  const server = createTcpServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

/** Reads a file of `test/otlp/certs`. */
export function certificate(
  name: "ca.pem" | "server.pem" | "server.key" | "client.pem" | "client.key",
): string {
  return readFileSync(new URL(`../otlp/certs/${name}`, import.meta.url), "utf8");
}

/** A collector behind TLS. Its certificate is for localhost, signed by the authority in `ca.pem`. */
export async function tlsCollector(options: { wantClientCertificate?: boolean } = {}) {
  const { handler, requests } = createCollectorHandler({});
  const server = createTlsServer(
    {
      cert: certificate("server.pem"),
      key: certificate("server.key"),
      ca: certificate("ca.pem"),
      requestCert: options.wantClientCertificate ?? false,
      rejectUnauthorized: true,
    },
    handler,
  );
  return { url: `https://localhost:${await listen(server, "localhost")}`, requests };
}

/**
 * A proxy for http (absolute URLs) and https (CONNECT). It connects every host name to the server at `to`, so tests can
 * use names that only the proxy knows. It records what it forwards. `authorization`: the credentials it requires;
 * `refuse`: the status with which it refuses tunnels.
 */
export async function httpProxy(
  options: { to?: string; authorization?: string; refuse?: number; granted?: string } = {},
) {
  const to = new URL(options.to ?? "http://127.0.0.1:9");
  const seen: { method: string; target: string }[] = [];
  const sockets: Socket[] = [];
  const allows = (header: string | undefined) => !options.authorization || header === options.authorization;
  const server = createServer((incoming, response) => {
    seen.push({ method: incoming.method ?? "", target: incoming.url ?? "" });
    if (!allows(incoming.headers["proxy-authorization"])) return response.writeHead(407).end();
    const { "proxy-authorization": _, ...headers } = incoming.headers;
    const { pathname, search } = new URL(incoming.url ?? "");
    const outgoing = request(
      `${to.origin}${pathname}${search}`,
      { method: incoming.method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    incoming.pipe(outgoing);
  });
  server.on("connect", (incoming, socket: Socket) => {
    seen.push({ method: "CONNECT", target: incoming.url ?? "" });
    const status = allows(incoming.headers["proxy-authorization"]) ? options.refuse : 407;
    if (status) return socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const outgoing = connect(Number(to.port), to.hostname, () => {
      socket.write(`HTTP/1.1 ${options.granted ?? "200 Connection established"}\r\n\r\n`);
      outgoing.pipe(socket).pipe(outgoing);
    });
    sockets.push(socket, outgoing);
    for (const end of [socket, outgoing]) end.on("error", () => {});
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, seen };
}

/** A TCP server that calls `onConnection` for each connection, for answers that are not HTTP. Returns its base URL. */
export async function rawServer(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    onConnection(socket);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return `http://127.0.0.1:${await listen(server)}`;
}

async function listen(
  server: Server | ReturnType<typeof createTcpServer>,
  host = "127.0.0.1",
): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => {
    if ("closeAllConnections" in server) server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
