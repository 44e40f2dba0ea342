// A server whose certificate is for another name than the requested one. ccotel must send nothing to it on any path,
// directly or through a proxy.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { buildWorker, lab } from "../support/lab.ts";
import { httpProxy, tlsCollector } from "../support/otlp-server.ts";
import { runTool, temporaryFolder } from "../support/run-tool.ts";
import { machine } from "../support/setup-machine.ts";
import { turn, writeTranscript } from "../support/transcripts/command-transcript.ts";
import { scribe } from "../support/transcripts/transcript.ts";

beforeAll(buildWorker);

const CA = fileURLToPath(new URL("certs/ca.pem", import.meta.url));

/** An address whose name is not in the certificate, and the settings to reach it. */
async function wrongName(way: "directly" | "through a proxy"): Promise<{
  server: Awaited<ReturnType<typeof tlsCollector>>;
  env: { CCOTEL_ENDPOINT: string; CCOTEL_CERTIFICATE: string; https_proxy?: string };
}> {
  const server = await tlsCollector();
  if (way === "directly") {
    const url = server.url.replace("localhost", "127.0.0.1");
    return { server, env: { CCOTEL_ENDPOINT: url, CCOTEL_CERTIFICATE: CA } };
  }
  const proxy = await httpProxy({ to: server.url });
  const env = { CCOTEL_ENDPOINT: "https://another.example", CCOTEL_CERTIFICATE: CA, https_proxy: proxy.url };
  return { server, env };
}

describe.each(["directly", "through a proxy"] as const)("%s,", (way) => {
  test("the worker sends nothing, and its event waits", async () => {
    const { server, env } = await wrongName(way);
    const user = lab(undefined);
    const session = scribe("wrong name");
    user.write(session.sessionId, session.turn());
    user.event(session.sessionId, { promptId: session.promptIds[0] });
    // The server may be repaired, so the worker retries for two minutes. HASTE makes them short.
    await user.worker({ ...env, CCOTEL_METRICS: "on", HASTE: "60" });
    expect(server.requests.length).toBe(0);
    expect(user.inbox()).toHaveLength(1);
    expect(user.log()).toMatch(/certificate|altname/i);
  });

  test("an export sends nothing, exits 1 and says why", async () => {
    const { server, env } = await wrongName(way);
    const homeDir = temporaryFolder();
    writeTranscript(join(homeDir, ".claude"), 1, turn(1));
    const { exitCode, stderr } = await runTool(["export", "--all", "--metrics"], { homeDir, env });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/certificate|altname/i);
    expect(server.requests.length).toBe(0);
  });

  test("configure changes nothing and exits 1, and doctor says why", async () => {
    const { server, env } = await wrongName(way);
    const user = machine({ env: { CCOTEL_CERTIFICATE: CA, https_proxy: env.https_proxy ?? "" } });
    const set = await user.run(["configure", "--endpoint", env.CCOTEL_ENDPOINT, "--native", "off", "--yes"]);
    expect(set.exitCode).toBe(1);
    expect(set.stdout + set.stderr).toMatch(/certificate|altname/i);
    expect(user.settings()).toBe(null);
    mkdirSync(join(user.homeDir, ".claude"), { recursive: true });
    writeFileSync(user.settingsPath, JSON.stringify({ env }));
    const looked = await user.run(["doctor"]);
    expect(looked.stdout).toMatch(/certificate|altname/i);
    expect(server.requests.length).toBe(0);
  });
});
