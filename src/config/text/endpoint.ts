import { SIGNALS, type Signal } from "../signals.ts";
import { no, type Parsed, yes } from "./parse.ts";
import { MASK, maskPath } from "./secret.ts";

/**
 * Turns the user's text into the URL that a signal is posted to, by the rules of the OTLP exporter specification:
 * appends the signal's path, such as `/v1/traces`, to a base endpoint and uses a signal's own endpoint (`verbatim`) as
 * it is. Never guesses: text that is not an http(s) URL is an error and does not become localhost.
 */
export function resolveEndpoint(text: string, use: { signal: Signal; verbatim: boolean }): Parsed<string> {
  const url = httpUrl(text);
  if (!url) return no(whyNot(text));
  // Copied from a message or from `status`.
  if (text.includes(MASK))
    return no(`must have the secret itself: ${MASK} is what ccotel shows in its place`);
  if (url.port === "4317") {
    url.port = "4318";
    return no(
      `must not be port 4317, where collectors speak gRPC: ccotel speaks http/protobuf, usually on port 4318 (${bare(url)})`,
    );
  }
  if (use.verbatim) return yes(url.href);
  const [, written] = /\/v1\/(traces|metrics|logs)\/?$/.exec(url.pathname) ?? [];
  if (written) {
    url.pathname = url.pathname.replace(/\/v1\/\w+\/?$/, "");
    return no(`must be the address before /v1/${written}, which ccotel adds by itself (${bare(url)})`);
  }
  url.pathname = `${url.pathname.replace(/\/+$/, "")}${SIGNALS[use.signal].path}`;
  return yes(url.href);
}

/** Returns scheme, host and port of a URL, to compare places. Returns undefined if the text is not an http(s) URL. */
export function originOf(text: string): string | undefined {
  return httpUrl(text)?.origin;
}

/** Returns whether a URL points at this machine. */
export function isLoopback(text: string): boolean {
  const host = httpUrl(text)?.hostname ?? "";
  return (
    host === "localhost" ||
    host.endsWith(".localhost") ||
    host === "[::1]" ||
    /^127\.\d+\.\d+\.\d+$/.test(host)
  );
}

function httpUrl(text: string): URL | undefined {
  try {
    const url = new URL(text.trim());
    return url.protocol === "http:" || url.protocol === "https:" ? url : undefined;
  } catch {
    return undefined;
  }
}

function whyNot(text: string): string {
  if (/^\s*https?:\/\//i.test(text)) {
    return `must be a URL with a valid host, and a port up to 65535 if there is one, such as ${EXAMPLE}`;
  }
  const host = /^(?:[a-z]+:\/\/)?([\w.-]+:\d+)(?:\/|$)/i.exec(text)?.[1];
  const suggestion = host === undefined ? EXAMPLE : `http://${host.replace(/:4317$/, ":4318")}`;
  return `must be a URL that starts with http:// or https://, such as ${suggestion}`;
}

const EXAMPLE = "http://collector.example:4318";

/** Returns the address without user, password and query, and with keys masked. */
function bare(url: URL): string {
  return url.origin + (url.pathname === "/" ? "" : maskPath(url.pathname));
}
