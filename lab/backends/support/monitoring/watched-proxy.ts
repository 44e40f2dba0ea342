import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { decodeMetrics, type ReceivedMetrics } from "../../../../src/collector/decode.ts";

/** Treatment of the next requests. `lose`: the backend accepts them, and the answer is lost. */
export type Treatment = "pass" | "lose";

export interface WatchedProxy {
  url: string;
  /** The metrics that the backend has accepted, in order. */
  taken: ReceivedMetrics[][];
  /** Called for each request that the backend has accepted, before the sender receives the answer. */
  treat: (metrics: ReceivedMetrics[]) => Treatment;
  /** Stops listening until `open`. */
  close(): Promise<void>;
  open(): Promise<void>;
}

/** Starts a proxy between a sender of metrics and a backend. It fails when the test says so. */
export async function watch(target: string): Promise<WatchedProxy> {
  let server: Server | undefined;
  let port = 0;
  const proxy: WatchedProxy = { url: "", taken: [], treat: () => "pass", close, open };
  await open();
  proxy.url = `http://127.0.0.1:${port}/v1/metrics`;
  return proxy;

  async function open(): Promise<void> {
    const opened = createServer(async (incoming, outgoing) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      const headers = { ...incoming.headers } as Record<string, string>;
      for (const own of ["host", "connection", "content-length", "transfer-encoding"]) delete headers[own];
      const answer = await fetch(target, { method: "POST", headers, body });
      const text = Buffer.from(await answer.arrayBuffer());
      if (answer.ok) {
        const message = headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
        const metrics = decodeMetrics(message);
        proxy.taken.push(metrics);
        if (proxy.treat(metrics) === "lose") {
          outgoing.destroy();
          return;
        }
      }
      outgoing.writeHead(answer.status, { "content-type": "application/x-protobuf" }).end(text);
    });
    await new Promise<void>((resolve) => opened.listen(port, "127.0.0.1", resolve));
    port = (opened.address() as AddressInfo).port;
    server = opened;
  }

  async function close(): Promise<void> {
    const closing = server;
    server = undefined;
    if (closing === undefined) return;
    await new Promise<void>((resolve) => {
      closing.close(() => resolve());
      closing.closeAllConnections();
    });
  }
}
