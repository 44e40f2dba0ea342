// A webhook receiver: a server on loopback that keeps the requests it receives.

import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Receiver {
  url: string;
  /** Bodies of the accepted requests. */
  bodies: Record<string, unknown>[];
  /** URL and headers of every request, accepted or rejected. */
  requests: { url: string; headers: IncomingHttpHeaders }[];
  /** Answers to the next requests. With an empty list, the answer is 200. */
  answers: (number | Answer)[];
}

export interface Answer {
  status: number;
  headers?: OutgoingHttpHeaders;
  body?: string;
}

export async function receiver(): Promise<Receiver> {
  const bodies: Record<string, unknown>[] = [];
  const requests: Receiver["requests"] = [];
  const answers: Receiver["answers"] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const next = answers.shift() ?? 200;
      const { status, headers = {}, body = "ok" } = typeof next === "number" ? { status: next } : next;
      requests.push({ url: request.url ?? "", headers: request.headers });
      if (status === 200) bodies.push(JSON.parse(Buffer.concat(chunks).toString("utf8")));
      response.writeHead(status, headers).end(body);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/secret`;
  return { url, bodies, requests, answers };
}
