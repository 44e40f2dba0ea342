import type { ProxyConfig } from "../config/load.ts";
import type { Outcome } from "../otlp/outcome.ts";
import { errorText, type HttpAnswer, retryAfterOf } from "../otlp/response.ts";
import { createTransport } from "../otlp/transport.ts";
import { VERSION } from "../version.ts";
import { withoutAddress } from "./receiver.ts";

/**
 * A receiver's answer: accepted, or the reason without the receiver's address. `retryAfterMs` is the earliest time for
 * a retry in ms from now, above 0.
 */
export type Posted = { isAccepted: true } | { isAccepted: false; message: string; retryAfterMs?: number };

const TIMEOUT_MS = 10_000;

/** Posts JSON once. Never rejects. Follows no redirect: the address is a secret and meant for one host only. */
export async function postJson(
  url: string,
  body: string,
  { proxy }: { proxy: ProxyConfig },
): Promise<Posted> {
  // The whole address is a secret, and not only its query.
  const mask = (text: string) => withoutAddress(text, url);
  const target = { url, headers: {}, compression: "none" as const, timeoutMs: TIMEOUT_MS, tls: {} };
  const userAgent = `ccotel/${VERSION}`;
  const transport = createTransport(target, {
    proxy,
    userAgent,
    contentType: "application/json",
    judge: (answer, nowMs) => judge({ ...answer, mask }, nowMs),
  });
  try {
    const outcome = await transport.post(Buffer.from(body));
    if (outcome.kind === "success" || outcome.kind === "partial") return { isAccepted: true };
    const { code, retryAfterMs } = outcome.kind === "retryable" ? outcome : {};
    const message = withoutAddress(code === undefined ? outcome.message : reasonOf(code), url);
    return { isAccepted: false, message, ...(retryAfterMs ? { retryAfterMs } : {}) };
  } finally {
    transport.close();
  }
}

/** What an error of the connection means, in words that go on after "did not accept it:". */
function reasonOf(code: string): string {
  const known = REASONS[code] ?? (/SELF_SIGNED_CERT|UNABLE_TO_/.test(code) ? UNTRUSTED : undefined);
  return known === undefined ? code : `${known} (${code})`;
}

const UNTRUSTED =
  "its certificate is not trusted on this machine; set NODE_EXTRA_CA_CERTS to the PEM file of its authority";

const REASONS: Record<string, string> = {
  ECONNREFUSED: "nothing listens at that address",
  ENOTFOUND: "the host name cannot be resolved",
  EAI_AGAIN: "the DNS server does not answer",
  ETIMEDOUT: "no answer in time",
  timeout: "no answer in time",
};

/** A receiver is not an OTLP backend: any 2xx means accepted, and any other answer means retry later. */
function judge(answer: HttpAnswer, nowMs: number): Outcome {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: "success" };
  const said = status < 400 ? "a redirect, which is not followed" : errorText(answer);
  const message = `HTTP ${status}${said === "" ? "" : `: ${said}`}`;
  const retryAfterMs = retryAfterOf(answer, nowMs);
  return { kind: "retryable", message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}
