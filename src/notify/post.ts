import type { IncomingMessage } from "node:http";
import type { ProxyConfig } from "../config/load.ts";
import { prepareConnection, Timeout } from "../otlp/connection.ts";

/** How a receiver answered: accepted, or why not and when it may be tried again at the earliest. */
export type Posted = { isAccepted: true } | { isAccepted: false; message: string; retryAfterMs?: number };

const TIMEOUT_MS = 10_000;

/** An answer is read so far and no further: only its status counts, and its beginning explains a rejection. */
const MAX_ANSWER = 16 * 1024;

/** Posts JSON once. Never rejects; redirects are not followed, since an address is a secret of its host. */
export async function postJson(
  url: string,
  body: string,
  { proxy, headers = {} }: { proxy: ProxyConfig; headers?: Record<string, string> },
): Promise<Posted> {
  try {
    const target = { url, headers: {}, compression: "none" as const, timeoutMs: TIMEOUT_MS, tls: {} };
    const connection = await prepareConnection(target, proxy);
    try {
      const request = connection.open({
        ...connection.options,
        method: "POST",
        agent: connection.agent,
        headers: {
          ...connection.options.headers,
          ...headers,
          "content-type": "application/json",
          "content-length": String(Buffer.byteLength(body)),
        },
      });
      const timer = setTimeout(() => request.destroy(new Timeout("no answer within 10 s")), TIMEOUT_MS);
      try {
        const response = await new Promise<IncomingMessage>((resolve, reject) => {
          request.on("error", reject);
          request.on("response", resolve);
          request.end(body);
        });
        return judge(response, await beginningOf(response));
      } finally {
        clearTimeout(timer);
        request.destroy();
      }
    } finally {
      connection.agent.destroy();
    }
  } catch (error) {
    const first: NodeJS.ErrnoException = (error as AggregateError).errors?.[0] ?? error;
    return { isAccepted: false, message: first.code ?? first.message ?? "the connection failed" };
  }
}

async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_ANSWER) break;
  }
  return Buffer.concat(chunks).toString("utf8");
}

function judge({ statusCode = 0, headers }: IncomingMessage, body: string): Posted {
  if (statusCode >= 200 && statusCode < 300) return { isAccepted: true };
  const seconds = Number(headers["retry-after"]);
  const said = body.replace(/\s+/g, " ").trim().slice(0, 200);
  return {
    isAccepted: false,
    message: `HTTP ${statusCode}${said === "" ? "" : `: ${said}`}`,
    ...(seconds > 0 ? { retryAfterMs: seconds * 1000 } : {}),
  };
}
