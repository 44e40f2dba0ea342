// Faults of real networks, below and above HTTP, one after the other at the same backend.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { type CollectorRequest, createCollectorHandler } from "../../src/collector/collector.ts";
import { backfill } from "../support/backfill.ts";
import { buildWorker, differences, lab, twice, union } from "../support/lab.ts";
import { scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

type Fault = (request: IncomingMessage, response: ServerResponse) => void;

const answer =
  (status: number, headers: Record<string, string> = {}, body = ""): Fault =>
  (request, response) => {
    request.resume().on("end", () => response.writeHead(status, headers).end(body));
  };

/** Faults with which the backend accepts nothing. */
const FAULTS: Record<string, Fault> = {
  "the connection is reset in the middle of the request": (request) => {
    request.once("data", () => request.socket.destroy());
  },
  "the answer breaks off": (request, response) => {
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "application/x-protobuf", "content-length": "50" });
      response.write("x", () => request.socket.destroy());
    });
  },
  "a 503 of a load balancer, in HTML": answer(
    503,
    { "content-type": "text/html" },
    "<title>503 Backend fetch failed</title>",
  ),
  "a 429 whose Retry-After is nonsense": answer(429, { "retry-after": "soon" }),
  "a request timeout of the server": answer(408),
  "a gateway timeout": answer(504),
  "a 501 of a proxy": answer(501),
  "the page of a captive portal": answer(200, { "content-type": "text/html" }, "<title>Sign in</title>"),
  "a redirect": answer(307, { location: "/elsewhere" }),
  "an expired token": answer(401),
};

test("every span arrives once although ten different faults come first", async () => {
  const accepted: CollectorRequest[] = [];
  const { handler } = createCollectorHandler({ onTraces: (_, request) => void accepted.push(request) });
  const pending = Object.entries(FAULTS);
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const [name, fault] = pending.shift() ?? [];
    if (fault === undefined) return handler(request, response);
    seen.push(String(name));
    fault(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const machine = lab(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const session = scribe("one-after-another");
  for (let turn = 0; pending.length > 0; turn++) {
    machine.write(session.sessionId, session.turn({ tools: 1 }));
    machine.event(session.sessionId, { promptId: session.promptIds.at(-1) });
    expect(await machine.worker({ HASTE: "50" })).toMatchObject({ code: 0, stderr: "" });
    expect(turn).toBeLessThan(20);
  }
  machine.write(session.sessionId, session.end());
  machine.event(session.sessionId, { name: "SessionEnd" });
  expect((await machine.worker()).code).toBe(0);
  expect(seen).toEqual(Object.keys(FAULTS));
  expect(differences(union(accepted), await backfill(machine, [session.sessionId]))).toEqual([]);
  expect(twice(accepted)).toEqual([]);
  expect(machine.inbox()).toEqual([]);
});
