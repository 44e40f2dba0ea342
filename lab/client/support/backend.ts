// A collector that keeps its address while it is down.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import {
  type CollectorOptions,
  createCollectorHandler,
  type ReceivedSpan,
  type ReceivedTraces,
} from "../../../src/collector/collector.ts";

/** A span with its resource and scope. */
export type WholeSpan = ReceivedSpan & Omit<ReceivedTraces, "spans">;

export interface Backend {
  url: string;
  /** The accepted spans, in order of arrival. */
  readonly spans: WholeSpan[];
  up(): Promise<void>;
  /** Closes all connections and stops listening. */
  down(): Promise<void>;
}

/** Reserves an address. Nothing listens there until `up`. */
export async function createBackend(options: Pick<CollectorOptions, "respond"> = {}): Promise<Backend> {
  const spans: WholeSpan[] = [];
  const { handler } = createCollectorHandler({
    ...options,
    onTraces: (traces) => spans.push(...traces.flatMap(wholeSpans)),
  });
  const port = await listen(createServer(), 0).then(close);
  let server: Server | undefined;
  const backend: Backend = {
    url: `http://127.0.0.1:${port}`,
    spans,
    async up() {
      server = createServer(handler);
      await listen(server, port);
    },
    async down() {
      if (server !== undefined) await close(server);
      server = undefined;
    },
  };
  onTestFinished(() => backend.down());
  return backend;
}

export function wholeSpans({ spans, ...around }: ReceivedTraces): WholeSpan[] {
  return spans.map((span) => ({ ...around, ...span }));
}

async function listen(server: Server, port: number): Promise<Server> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}

async function close(server: Server): Promise<number> {
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
  return port;
}
