// Answers of a malicious backend: endless ones, ones that are huge when decompressed, very slow ones, and none.

import type { Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { buildWorker, lab } from "../support/lab.ts";
import { rawServer } from "../support/otlp-server.ts";
import { scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

/** Writes until the other side closes the connection. Counts the bytes that it has accepted. */
function pour(socket: Socket, piece: Buffer, count: { bytes: number }): void {
  const more = () => {
    while (!socket.destroyed && socket.write(piece)) count.bytes += piece.length;
    if (!socket.destroyed) socket.once("drain", more);
  };
  more();
}

const head = (...lines: string[]) => `HTTP/1.1 ${lines.join("\r\n")}\r\n\r\n`;

const ANSWERS: Record<string, (socket: Socket, count: { bytes: number }) => void> = {
  "a body that never ends": (socket, count) => {
    socket.write(head("200 OK", "content-type: application/x-protobuf"));
    pour(socket, Buffer.alloc(65_536), count);
  },
  "an error whose body never ends": (socket, count) => {
    socket.write(head("400 Bad Request", "content-type: text/plain"));
    pour(socket, Buffer.alloc(65_536, "x"), count);
  },
  "a gzip that unpacks to gigabytes": (socket, count) => {
    const bomb = gzipSync(Buffer.alloc(64 << 20));
    socket.write(head("400 Bad Request", "content-type: application/json", "content-encoding: gzip"));
    for (let n = 0; n < 64; n++) socket.write(bomb);
    pour(socket, bomb, count);
  },
  "headers that never end": (socket, count) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    pour(socket, Buffer.from(`x-more: ${"y".repeat(8_000)}\r\n`), count);
  },
  "a head of ten bytes a second": (socket) => {
    const timer = setInterval(() => socket.write("x"), 100);
    socket.once("close", () => clearInterval(timer));
  },
  "endless 100 Continue answers": (socket, count) => pour(socket, Buffer.from(head("100 Continue")), count),
  "something other than HTTP": (socket) => void socket.end("\0\0\0 220 mail.example ESMTP\r\n"),
  "a redirect to itself": (socket) =>
    void socket.end(head("307 Temporary Redirect", "location: /v1/traces", "content-length: 0")),
};

describe("a worker with 64 MB of heap exits with code 0 after", () => {
  test.each(Object.keys(ANSWERS))("%s", async (kind) => {
    const count = { bytes: 0 };
    const url = await rawServer((socket) => {
      socket.once("data", () => ANSWERS[kind]?.(socket, count));
    });
    const machine = lab(url);
    const session = scribe("hostile");
    machine.write(session.sessionId, session.turn());
    machine.event(session.sessionId, { promptId: session.promptIds[0] });
    const { code, stderr } = await machine.worker({
      CCOTEL_TIMEOUT: "500",
      CCOTEL_METRICS: "on",
      HASTE: "100",
      NODE_OPTIONS: "--max-old-space-size=64",
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    // The worker tries a few times, and reads at most the buffers on the way each time.
    expect(count.bytes).toBeLessThan(400 << 20);
  });
});
