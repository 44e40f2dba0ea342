import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface WatchedProxy {
  url: string;
  /** What has been posted, in order of arrival. */
  requests: { path: string; headers: IncomingHttpHeaders }[];
  /** How many answers were lost. */
  lost(): number;
  close(): Promise<void>;
}

/**
 * Stands before a backend and sees what it is sent. It loses the first answers, if told to: the backend has taken the
 * request, and the sender never hears of it, and sends the same again. The path before `/v1/` is not handed on, as every
 * vendor has another.
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
