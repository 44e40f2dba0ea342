import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { admit } from "./access.ts";
import { openPage } from "./page-file.ts";
import { shownJson } from "./shown-json.ts";

/** The response of a route: a value to send as JSON, or a stream of events. Undefined gives a 404. */
export type Answer =
  | { json: unknown }
  | { events: (send: (event: unknown) => void, closed: AbortSignal) => void | Promise<void> }
  | undefined;

/** `path` is the part after the token and begins with a slash. `closed` aborts when the client has disconnected. */
export type Route = (path: string, query: URLSearchParams, closed: AbortSignal) => Answer | Promise<Answer>;

export interface PageServer {
  /** Includes the token: anyone who has it can read the page. */
  url: string;
  /** Resolves when the server was idle for too long or was closed. */
  done: Promise<"idle" | "closed">;
  close(): void;
}

/** Smaller responses are not compressed. */
const COMPRESS_FROM_BYTES = 2_000;
const compress = promisify(gzip);

/**
 * Serves the page on loopback. `html` is the built page. The server stops after `idleMs` without a request or an open
 * page. `onError` gets errors of routes; the client gets a plain 500. Throws the system's error if it cannot listen on
 * the port.
 */
export async function startServer(options: {
  html: string;
  route: Route;
  idleMs: number;
  port?: number;
  onError: (error: unknown) => void;
}): Promise<PageServer> {
  const token = randomBytes(16).toString("hex");
  const page = openPage(options.html);
  let port = 0;
  let open = 0;
  let end: (why: "idle" | "closed") => void = () => {};
  const done = new Promise<"idle" | "closed">((resolve) => {
    end = resolve;
  });
  const idle = setTimeout(() => {
    if (open > 0) idle.refresh();
    else stop("idle");
  }, options.idleMs);

  const server = createServer(async (request, response) => {
    idle.refresh();
    const admitted = admit(request, { token, port });
    if (typeof admitted === "number") return refuse(response, admitted);
    const closed = new AbortController();
    response.on("close", () => closed.abort());
    try {
      if (admitted.path === "/") return sendPage(request, response, page);
      const answer = await options.route(admitted.path, admitted.query, closed.signal);
      if (closed.signal.aborted) return;
      if (answer === undefined) return refuse(response, 404);
      if ("json" in answer) return await sendJson(request, response, answer.json);
      open++;
      response.on("close", () => {
        open--;
        idle.refresh();
      });
      await sendEvents(response, answer.events, closed.signal);
    } catch (error) {
      if (closed.signal.aborted) return;
      options.onError(error);
      if (response.headersSent) response.destroy();
      else refuse(response, 500);
    }
  });
  server.on("clientError", (_, socket) => socket.destroy());

  function stop(why: "idle" | "closed"): void {
    clearTimeout(idle);
    server.close();
    server.closeAllConnections();
    end(why);
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => {
      clearTimeout(idle);
      reject(error);
    });
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  port = (server.address() as AddressInfo).port;
  return { url: `http://127.0.0.1:${port}/${token}/`, done, close: () => stop("closed") };
}

const SAFE = {
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "X-Frame-Options": "DENY",
};

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { ...SAFE, "Content-Type": "text/plain" });
  response.end(`${status}\n`);
}

function sendPage(
  request: IncomingMessage,
  response: ServerResponse,
  page: { html: string; policy: string },
): void {
  response.writeHead(200, {
    ...SAFE,
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": `${page.policy}; frame-ancestors 'none'`,
  });
  response.end(request.method === "HEAD" ? "" : page.html);
}

async function sendJson(request: IncomingMessage, response: ServerResponse, value: unknown): Promise<void> {
  const text = Buffer.from(shownJson(value));
  const zip =
    text.length >= COMPRESS_FROM_BYTES && /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
  const body = zip ? await compress(text, { level: 1 }) : text;
  response.writeHead(200, {
    ...SAFE,
    "Content-Type": "application/json; charset=utf-8",
    ...(zip ? { "Content-Encoding": "gzip" } : {}),
  });
  response.end(request.method === "HEAD" ? "" : body);
}

async function sendEvents(
  response: ServerResponse,
  start: (send: (event: unknown) => void, closed: AbortSignal) => void | Promise<void>,
  closed: AbortSignal,
): Promise<void> {
  response.writeHead(200, { ...SAFE, "Content-Type": "text/event-stream; charset=utf-8" });
  await start((event) => response.write(`data: ${shownJson(event)}\n\n`), closed);
}
