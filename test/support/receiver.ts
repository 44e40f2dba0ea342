// Somebody who receives webhooks: a server on loopback that keeps what it was sent.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Receiver {
  url: string;
  /** What was accepted. */
  bodies: Record<string, unknown>[];
  /** How the next requests are answered; 200 once the list is empty. */
  answers: number[];
}

export async function receiver(): Promise<Receiver> {
  const bodies: Record<string, unknown>[] = [];
  const answers: number[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const status = answers.shift() ?? 200;
      if (status === 200) bodies.push(JSON.parse(Buffer.concat(chunks).toString("utf8")));
      response.writeHead(status).end("ok");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/secret`;
  return { url, bodies, answers };
}
