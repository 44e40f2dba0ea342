// Backends on loopback: one that accepts everything, one that accepts a connection and never answers, and a port on
// which nothing listens. They run in a separate process, so that the benchmark does not block them.
import { fork } from "node:child_process";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

/** Starts the backends. Returns their URLs and a function that stops them. */
export async function startBackends() {
  const child = fork(fileURLToPath(import.meta.url), ["serve"]);
  const [ports] = await new Promise((resolve, reject) => {
    child.once("message", (message) => resolve([message]));
    child.once("error", reject);
  });
  const urls = Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [name, `http://127.0.0.1:${port}`]),
  );
  return { urls, stop: () => child.kill() };
}

async function serve() {
  const healthy = createHttpServer((request, response) => {
    request.resume();
    request.on("end", () => response.writeHead(200, { "content-type": "application/x-protobuf" }).end());
  });
  const silent = createServer((socket) => socket.resume().on("error", () => {}));
  const dead = createServer();
  const ports = { healthy: await portOf(healthy), silent: await portOf(silent), dead: await portOf(dead) };
  await new Promise((resolve) => dead.close(resolve));
  process.send(ports);
}

function portOf(server) {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(server.address().port));
  });
}

if (process.argv[2] === "serve") await serve();
