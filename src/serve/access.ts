import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Why a request is turned away: the status that it gets. */
export type Refusal = 403 | 404 | 405;

/**
 * Whether a request may be answered. Pages of other origins can send requests to loopback, and a name of theirs may
 * resolve to it (DNS rebinding): so Host must be ours, Origin ours or absent, and the path must begin with the token,
 * which only the person who started the server has. Returns the path behind the token, or why not.
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

/** Takes as long for a token that is nearly right as for any other. */
function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function splitOnce(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index === -1 ? [text, ""] : [text.slice(0, index), text.slice(index + 1)];
}
