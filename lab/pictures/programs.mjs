// Starts the programs that npm run backends has put into its cache, each with a folder, a home and ports of its own.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { cacheFolder } from "../programs/cache.mjs";

/** The slowest take 20 s on two cores that have nothing else to do. */
const START_WITHIN_MS = 150_000;

/** Starts a program and waits until the address answers; `stop` ends it and all that it has started. */
export async function start(program, { args, ready, env = {} }) {
  const path = join(cacheFolder, program);
  if (!existsSync(path)) throw new Error(`${path} is not there: node lab/programs/get.mjs ${program}`);
  const folder = mkdtempSync(join(tmpdir(), "ccotel-pictures-"));
  const child = spawn(path, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ...env },
    stdio: ["ignore", "ignore", "pipe"],
    // A group of its own, as some start processes of theirs, which must end with it.
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

/** A port that nobody listens on now. */
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
