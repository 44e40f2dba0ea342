import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface LossyProxy {
  url: string;
  /** How many answers were lost. */
  lost(): number;
  close(): Promise<void>;
}

/**
 * Stands before a backend and loses the first answers to what is posted: the backend has taken the request, and the sender
 * never hears of it. So it sends the same again.
 */
export async function loseAnswers(target: string, count: number): Promise<LossyProxy> {
  let lost = 0;
  const server = createServer(async (incoming, outgoing) => {
    const body = await bytesOf(incoming);
    const { method, headers } = incoming;
    const onward = request(`${target}${incoming.url}`, { method, headers }, async (answer) => {
      const answered = await bytesOf(answer);
      if (lost < count) {
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
