import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** The status of a rejected request. */
type Refusal = 403 | 404 | 405;

/**
 * Checks whether to answer a request. Pages of other origins can send requests to loopback, and their host names may
 * resolve to it (DNS rebinding). So Host must be ours, Origin must be ours or missing, and the path must begin with the
 * token, which only the user who started the server knows. Returns the path after the token, or the status of the
 * rejection.
 */
export function admit(
  request: Pick<IncomingMessage, "method" | "url" | "headers">,
  { token, port }: { token: string; port: number },
): { path: string; query: URLSearchParams } | Refusal {
  const { host, origin } = request.headers;
  if (!isOwnHost(host, port)) return 403;
  if (origin !== undefined && origin !== `http://${host}`) return 403;
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return 403;
  if (request.method !== "GET" && request.method !== "HEAD") return 405;
  const [path = "", query = ""] = splitOnce(request.url ?? "", "?");
  const [, given = "", ...rest] = path.split("/");
  if (!isSame(given, token)) return 404;
  return { path: `/${rest.join("/")}`, query: new URLSearchParams(query) };
}

function isOwnHost(host: string | undefined, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}` || host === `[::1]:${port}`;
}

/** Compares in constant time, so that the time does not reveal how much of a token is right. */
function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function splitOnce(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index === -1 ? [text, ""] : [text.slice(0, index), text.slice(index + 1)];
}
