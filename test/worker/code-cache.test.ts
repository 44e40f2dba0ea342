// The worker as built: its start script loads code that an earlier worker has compiled.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { BUNDLE, BUNDLE_OF_PROGRAM, ended, type Lab, lab } from "../support/lab.ts";
import { collector, spansOf } from "../support/otlp-server.ts";
import { scribe } from "../support/transcripts/transcript.ts";

/** A machine with the worker as built: its start script and, beside it, its code. */
async function machineAt(url: string) {
  const machine = lab(url);
  const bin = join(machine.folder, "bin");
  const starter = join(bin, "worker.cjs");
  mkdirSync(bin);
  mkdirSync(join(machine.folder, ".claude"));
  const env = { CCOTEL_ENDPOINT: url, CCOTEL_METRICS: "off" };
  writeFileSync(join(machine.folder, ".claude", "settings.json"), JSON.stringify({ env }));
  for (const name of ["worker", "worker-code"])
    await build({
      entryPoints: [`src/programs/${name}.ts`],
      outfile: join(bin, `${name}.cjs`),
      ...(name === "worker-code" ? BUNDLE_OF_PROGRAM : BUNDLE),
      external: ["./redact.cjs"],
      logLevel: "error",
    });
  const session = scribe("cached");
  const cache = join(machine.home.root, "worker-code.cache");
  let turns = 0;
  return {
    machine,
    bin,
    cache,
    /** Adds a turn, and runs the worker that delivers it. */
    async stop() {
      machine.write(session.sessionId, session.turn());
      machine.event(session.sessionId, { promptId: session.promptIds[turns++] });
      return ended(machine.start({}, {}, starter));
    },
  };
}

function inode(path: string): number {
  return statSync(path).ino;
}

describe("the worker's code cache", () => {
  test("is written by the first worker that sends something, with mode 600, and kept by the next", async () => {
    const { url, requests } = await collector();
    const { cache, stop } = await machineAt(url);
    expect(await stop()).toMatchObject({ code: 0, stderr: "" });
    expect(statSync(cache).mode & 0o777).toBe(0o600);
    const first = inode(cache);
    const sent = spansOf(...requests).length;
    expect(await stop()).toMatchObject({ code: 0, stderr: "" });
    expect(inode(cache)).toBe(first);
    expect(spansOf(...requests).length).toBeGreaterThan(sent);
  });

  test("is not written by a worker that has nothing to do", async () => {
    const { url } = await collector();
    const { machine, cache, bin } = await machineAt(url);
    expect(await ended(machine.start({}, {}, join(bin, "worker.cjs")))).toMatchObject({
      code: 0,
      stderr: "",
    });
    expect(existsSync(cache)).toBe(false);
  });

  const DAMAGE: Record<string, (cache: string, machine: Lab, bin: string) => void> = {
    "cut off": (cache) => truncateSync(cache, 5000),
    empty: (cache) => writeFileSync(cache, ""),
    "changed in the middle": (cache) => {
      const bytes = readFileSync(cache);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 0xff;
      writeFileSync(cache, bytes);
    },
    "of another version with the same size": (_, __, bin) => {
      const code = join(bin, "worker-code.cjs");
      const text = readFileSync(code, "latin1");
      expect(text).toContain("0.0.0-dev");
      writeFileSync(code, text.replaceAll("0.0.0-dev", "9.9.9-dev"), "latin1");
    },
    "writable by others": (cache) => chmodSync(cache, 0o666),
  };

  test.each(Object.keys(DAMAGE))("is replaced if it is %s", async (kind) => {
    const { url, requests } = await collector();
    const { machine, cache, bin, stop } = await machineAt(url);
    await stop();
    DAMAGE[kind]?.(cache, machine, bin);
    const damaged = inode(cache);
    const sent = spansOf(...requests).length;
    expect(await stop()).toMatchObject({ code: 0, stderr: "" });
    expect(spansOf(...requests).length).toBeGreaterThan(sent);
    expect(inode(cache)).not.toBe(damaged);
    expect(statSync(cache).mode & 0o777).toBe(0o600);
  });

  test.each([
    ["a folder", (cache: string) => mkdirSync(cache)],
    ["a link to a device", (cache: string) => symlinkSync("/dev/zero", cache)],
    ["a link to nowhere", (cache: string) => symlinkSync("/nowhere/at/all", cache)],
  ])("does not stop delivery if %s is in its place", async (_, put) => {
    const { url, requests } = await collector();
    const { cache, stop } = await machineAt(url);
    await stop();
    rmSync(cache);
    put(cache);
    const sent = spansOf(...requests).length;
    expect(await stop()).toMatchObject({ code: 0, stderr: "" });
    expect(spansOf(...requests).length).toBeGreaterThan(sent);
  });
});
