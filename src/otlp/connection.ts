import { Agent, type ClientRequest, request as httpRequest, type RequestOptions } from "node:http";
import type { Socket } from "node:net";
import type { ProxyConfig } from "../config/load.ts";
import type { Target, TlsFiles } from "../config/sending.ts";
import { proxyAuthorization, proxyFor } from "./proxy.ts";

/** How to open requests to one target: directly, through a proxy, or through a tunnel in a proxy. */
export interface Connection {
  readonly open: (options: RequestOptions) => ClientRequest;
  readonly options: RequestOptions;
  readonly agent: Agent;
  /** The proxy for plain http requests. A failed connection is then a failed connection to the proxy. */
  readonly proxy?: URL;
}

/** The proxy could not be reached. */
export class ProxyTrouble extends Error {
  readonly code: string | undefined;
  readonly proxy: URL;
  constructor(proxy: URL, cause: Error) {
    const first = firstOf(cause);
    super(first.message || first.code || "the connection failed", { cause });
    this.code = first.code;
    this.proxy = proxy;
  }
}

/** A host with several addresses gives one error for each address. The first one is enough. */
export function firstOf(error: Error): NodeJS.ErrnoException {
  return (error as AggregateError).errors?.[0] ?? error;
}

/** The proxy rejected the request for a tunnel. */
export class ProxyRefusal extends Error {
  readonly status: number;
  constructor(proxy: URL, status: number) {
    super(`the proxy ${proxy.host} answered ${status}`);
    this.status = status;
  }
}

/** A timeout, with a code like that of a system error. */
export class Timeout extends Error {
  readonly code = "timeout";
}

const agentOptions = {
  keepAlive: true,
  // Successive batches share a connection. ccotel closes a connection that is idle for longer: the server may close it
  // at the moment at which the next request is sent, and that request would fail.
  timeout: 2000,
  // Node's default of 250 ms is too short for a distant backend with several addresses.
  autoSelectFamilyAttemptTimeout: 1500,
} as const;

/**
 * The agents of several targets, by what they may share: signals that go to one host use one connection, with one TLS
 * handshake.
 */
export type Agents = Map<string, Agent>;

/** Prepares connections to a target. Loads `node:https` and `node:tls` only if the target needs them. */
export async function prepareConnection(
  target: Target,
  proxyConfig: ProxyConfig,
  agents: Agents,
): Promise<Connection> {
  const url = new URL(target.url);
  const proxy = proxyFor(url, proxyConfig);
  if (url.protocol === "https:")
    return proxy ? tunnelled(url, target, proxy, agents) : secure(url, target.tls, agents);
  if (proxy) return proxied(url, proxy, agents);
  return plain(url, agents);
}

function plain(url: URL, agents: Agents): Connection {
  const agent = agentOf(agents, "http", () => new Agent(agentOptions));
  return { open: httpRequest, options: address(url), agent };
}

async function secure(url: URL, tls: TlsFiles, agents: Agents): Promise<Connection> {
  const https = await import("node:https");
  const key = `https ${JSON.stringify(tls)}`;
  const agent = agentOf(agents, key, () => new https.Agent({ ...agentOptions, ...tls }));
  return { open: https.request, options: address(url), agent };
}

function agentOf(agents: Agents, key: string, make: () => Agent): Agent {
  const agent = agents.get(key) ?? make();
  agents.set(key, agent);
  return agent;
}

/** Plain http through a proxy. The proxy gets the whole URL. */
async function proxied(url: URL, proxy: URL, agents: Agents): Promise<Connection> {
  const { open, options, agent } = await toProxy(proxy, agents);
  const path = `${url.origin}${url.pathname}${url.search}`;
  return {
    open,
    options: { ...options, path, headers: { host: url.host, ...proxyAuthorization(proxy) } },
    agent,
    proxy,
  };
}

/**
 * https through a proxy: CONNECT, then TLS with the target inside the tunnel. The proxy sees neither headers nor spans.
 */
async function tunnelled(url: URL, target: Target, proxy: URL, agents: Agents): Promise<Connection> {
  const [https, tls] = [await import("node:https"), await import("node:tls")];
  const connect = (options: RequestOptions, done: (error: Error | null, socket?: Socket) => void) => {
    openTunnel(url, proxy, target.timeoutMs).then(
      (socket) => done(null, tls.connect({ ...(options as object), socket })),
      (error: Error) => done(error),
    );
  };
  const key = `tunnel ${JSON.stringify([proxy.href, url.host, target.timeoutMs, target.tls])}`;
  const agent = agentOf(agents, key, () => {
    const made = new https.Agent({ ...agentOptions, ...target.tls });
    // Node's types know only the form that returns a socket; the agent also accepts a callback.
    (made as unknown as { createConnection: typeof connect }).createConnection = connect;
    return made;
  });
  return { open: https.request, options: address(url), agent };
}

async function openTunnel(url: URL, proxy: URL, timeoutMs: number): Promise<Socket> {
  // Its connection becomes the tunnel, so nothing else may use it.
  const { open, options, agent } = await toProxy(proxy, new Map());
  const authority = `${url.hostname}:${url.port || 443}`;
  const headers = { host: authority, ...proxyAuthorization(proxy) };
  return new Promise((resolve, reject) => {
    const request = open({ ...options, method: "CONNECT", path: authority, headers, agent });
    const timer = setTimeout(
      () => request.destroy(new Timeout(`the proxy ${proxy.host} did not answer`)),
      timeoutMs,
    );
    request.once("connect", (response, socket: Socket) => {
      clearTimeout(timer);
      const { statusCode: status = 0 } = response;
      if (status >= 200 && status < 300) return resolve(socket);
      socket.destroy();
      reject(new ProxyRefusal(proxy, status));
    });
    request.once("error", (error) => {
      clearTimeout(timer);
      reject(new ProxyTrouble(proxy, error));
    });
    request.end();
  });
}

async function toProxy(proxy: URL, agents: Agents): Promise<Connection> {
  return proxy.protocol === "https:" ? secure(proxy, {}, agents) : plain(proxy, agents);
}

function address(url: URL): RequestOptions {
  return {
    protocol: url.protocol,
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port || (url.protocol === "https:" ? 443 : 80),
    path: url.pathname + url.search,
    // With Node's 16 KB, an accepted request would count as failed if a gateway adds many cookies, and be sent again.
    maxHeaderSize: 64 * 1024,
  };
}
