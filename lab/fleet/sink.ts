import { createServer, type IncomingMessage } from "node:http";
import { gunzipSync } from "node:zlib";
import { countPoints, eachSpanId } from "./span-ids.ts";

/** The data that the backend behind the gateway has received. */
export interface Stored {
  /** Ids of the received spans. */
  spans: ReadonlySet<string>;
  /** Number of spans that arrived again. */
  duplicates: number;
  points: number;
}

export interface Sink {
  url: string;
  stored(): Stored;
  close(): void;
}

/** A backend that accepts OTLP over HTTP and keeps only the ids of spans. */
export function startSink(port = 0): Promise<Sink> {
  const spans = new Set<string>();
  let duplicates = 0;
  let points = 0;
  const take = (path: string, body: Buffer) => {
    if (path.endsWith("/metrics")) points += countPoints(body);
    if (!path.endsWith("/traces")) return;
    eachSpanId(body, (id) => {
      if (spans.has(id)) duplicates++;
      spans.add(id);
    });
  };
  const server = createServer((request, response) => {
    bodyOf(request).then(
      (body) => {
        take(request.url ?? "", body);
        response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
      },
      (error: Error) => response.writeHead(400).end(error.message),
    );
  });
  return new Promise((resolve) => {
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      const own = typeof address === "object" ? address?.port : undefined;
      resolve({
        url: `http://127.0.0.1:${own}`,
        stored: () => ({ spans, duplicates, points }),
        close() {
          server.closeAllConnections();
          server.close();
        },
      });
    });
  });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
}
