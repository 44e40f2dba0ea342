import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { startGateway } from "../../fleet/gateway.ts";
import { play } from "../../fleet/play.ts";
import { KEEP_ALL, SHIPPED } from "../../fleet/policy.ts";
import { recordedSessions } from "../../fleet/recorded.ts";
import { type RunOptions, run } from "../../fleet/runs.ts";
import { type Sink, startSink } from "../../fleet/sink.ts";
import { eventually } from "../support/eventually.ts";
import { freePort, has } from "../support/programs.ts";
import { RECORDINGS, ROOT, temporaryFolder } from "../support/tool.ts";

// The measurements of `npm run fleet` with 200 installations instead of 10,000.
const fleet = (options: Pick<RunOptions, "policy" | "victim"> & Partial<RunOptions>) =>
  run({
    configs: join(ROOT, "collector-config/gateway"),
    folder: temporaryFolder(),
    sessions: recordedSessions(RECORDINGS),
    machines: 200,
    awayMs: 1_000,
    ...options,
  });

describe.skipIf(!has("otelcol"))("a fleet of two hundred behind the gateway", () => {
  test.each(["sampler", "balancer"] as const)(
    "loses nothing that was acknowledged if the %s is killed under load",
    async (victim) => {
      const { played, stored, lost, unexpected } = await fleet({ policy: KEEP_ALL, victim });
      expect(played.spans).toBeGreaterThan(1_000);
      expect(played.marked.size).toBe(played.spans);
      expect(lost).toEqual({ marked: 0, late: 0 });
      expect(unexpected).toBe(0);
      expect(stored.spans.size).toBe(played.spans);
      // Machines send requests again if the killed Collector did not answer.
      expect(stored.points).toBeGreaterThanOrEqual(played.points);
    },
  );

  test("keeps exactly what sampler.yaml selects if a sampler is killed", async () => {
    const { played, stored, lost, unexpected } = await fleet({ policy: SHIPPED, victim: "sampler" });
    expect(played.marked.size).toBeGreaterThan(100);
    expect(played.marked.size).toBeLessThan(played.spans / 2);
    expect(lost.marked).toBe(0);
    expect(unexpected).toBe(0);
    expect(stored.points).toBe(played.points);
  });

  test("loses what waits in memory if all spans wait for the decision of tail sampling", async () => {
    const { played, stored, lost } = await fleet({
      policy: KEEP_ALL,
      victim: "sampler",
      onlyTailSampling: true,
      quietMs: 15_000,
    });
    expect(lost.marked).toBeGreaterThan(0);
    expect(stored.spans.size).toBe(played.spans - lost.marked);
  });

  test("waits while the backend is down and all queues are full, and loses nothing", async () => {
    const port = await freePort();
    const folder = temporaryFolder();
    const small = (exporter: string) => {
      const path = join(folder, `${basename(exporter)}.json`);
      writeFileSync(
        path,
        JSON.stringify({ exporters: { [exporter]: { sending_queue: { queue_size: 100_000 } } } }),
      );
      return path;
    };
    const gateway = await startGateway({
      configs: join(ROOT, "collector-config/gateway"),
      folder,
      backend: `http://127.0.0.1:${port}`,
      policy: KEEP_ALL,
      samplerOverride: small("otlp_http/backend"),
      balancerOverride: small("load_balancing/samplers"),
    });
    let sink: Sink | undefined;
    try {
      const { url, token, ca } = gateway;
      const headers = { authorization: `Bearer ${token}` };
      const sessions = recordedSessions(RECORDINGS);
      let retries = 0;
      const playing = play({
        ...{ url, headers, ca, sessions, machines: 200, policy: KEEP_ALL, signals: ["traces"] },
        onRetry: () => retries++,
      });
      await eventually(() => expect(retries).toBeGreaterThan(20));
      sink = await startSink(port);
      const { marked, spans } = await playing;
      expect(marked.size).toBe(spans);
      await eventually(() => expect(sink?.stored().spans).toEqual(marked), 60_000);
    } finally {
      await gateway.stop();
      sink?.close();
    }
  });
});
