// Starts programs from the cache of npm run backends, each with its own folder, home and ports.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { cacheFolder } from "../programs/cache.mjs";

/** The slowest programs start in 20 s on two idle cores. */
const START_WITHIN_MS = 150_000;

/** Starts a program and waits until the URL `ready` answers. `stop` ends it and all processes it has started. */
export async function start(program, { args, ready, env = {} }) {
  const path = join(cacheFolder, program);
  if (!existsSync(path)) throw new Error(`${path} is not there: node lab/programs/get.mjs ${program}`);
  const folder = mkdtempSync(join(tmpdir(), "ccotel-pictures-"));
  const child = spawn(path, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ...env },
    stdio: ["ignore", "ignore", "pipe"],
    // A separate process group: some programs start further processes, which must end with them.
    detached: true,
  });
  let said = "";
  child.stderr.on("data", (data) => {
    said = (said + data).slice(-5_000);
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const stop = async () => {
    if (child.exitCode === null) process.kill(-child.pid, "SIGKILL");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const until = Date.now() + START_WITHIN_MS;
  while (!(await answers(ready))) {
    if (child.exitCode !== null || Date.now() > until) {
      await stop();
      throw new Error(`${program} did not start:\n${said}`);
    }
    await wait(100);
  }
  return { stop };
}

/** A port on which nothing listens now. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(url) {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}
