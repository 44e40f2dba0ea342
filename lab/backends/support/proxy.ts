import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface WatchedProxy {
  url: string;
  /** The received requests, in order of arrival. */
  requests: { path: string; headers: IncomingHttpHeaders }[];
  /** Number of lost answers. */
  lost(): number;
  close(): Promise<void>;
}

/**
 * Starts a proxy in front of a backend. It records the requests. It loses the first `losesAnswers` answers: the backend
 * has accepted the request, and the sender receives no answer and sends it again. The proxy removes the path in front
 * of `/v1/`, which is different for each vendor.
 */
export async function startProxy(target: string, { losesAnswers = 0 } = {}): Promise<WatchedProxy> {
  let lost = 0;
  const requests: WatchedProxy["requests"] = [];
  const server = createServer(async (incoming, outgoing) => {
    const body = await bytesOf(incoming);
    const { method, headers, url = "" } = incoming;
    requests.push({ path: url, headers });
    const path = url.slice(url.lastIndexOf("/v1/"));
    const onward = request(`${target}${path}`, { method, headers }, async (answer) => {
      const answered = await bytesOf(answer);
      if (lost < losesAnswers) {
        lost++;
        outgoing.destroy();
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(answered);
    });
    onward.on("error", () => outgoing.destroy());
    onward.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    lost: () => lost,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
