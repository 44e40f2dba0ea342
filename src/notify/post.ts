import type { ProxyConfig } from "../config/load.ts";
import type { Outcome } from "../otlp/outcome.ts";
import { judgeByStatus } from "../otlp/response.ts";
import { createTransport } from "../otlp/transport.ts";
import { VERSION } from "../version.ts";

/** How a receiver answered: accepted, or why not and when it may be tried again at the earliest. */
export type Posted = { isAccepted: true } | { isAccepted: false; message: string; retryAfterMs?: number };

const TIMEOUT_MS = 10_000;

/** Posts JSON once. Never rejects; redirects are not followed, since an address is a secret of its host. */
export async function postJson(
  url: string,
  body: string,
  { proxy }: { proxy: ProxyConfig },
): Promise<Posted> {
  const target = { url, headers: {}, compression: "none" as const, timeoutMs: TIMEOUT_MS, tls: {} };
  const transport = createTransport(target, {
    proxy,
    userAgent: `ccotel/${VERSION}`,
    contentType: "application/json",
    judge: judgeByStatus,
  });
  try {
    return postedOf(await transport.post(Buffer.from(body)));
  } finally {
    transport.close();
  }
}

/** In words without the address. */
function postedOf(outcome: Outcome): Posted {
  if (outcome.kind === "success" || outcome.kind === "partial") return { isAccepted: true };
  const { status, message } = outcome;
  const { code, retryAfterMs } = outcome.kind === "retryable" ? outcome : {};
  const said =
    status === undefined ? (code ?? message) : [`HTTP ${status}`, message].filter(Boolean).join(": ");
  return { isAccepted: false, message: said, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}
