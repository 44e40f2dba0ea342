import { execFileSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { TraceScope } from "../../../src/choices.ts";
import type { Span } from "../../../src/telemetry/spans/span.ts";
import { recording, sessionIdOf, transcriptsOf } from "../../../test/support/recordings.ts";
import { usualName } from "../../../test/support/span-names.ts";
import { type Gateway, type GatewayOptions, startGateway } from "../../fleet/gateway.ts";
import { bodyOf, type Post, postsOf } from "../../fleet/machine.ts";
import { onlyTailSampling } from "../../fleet/only-tail-sampling.ts";
import { play } from "../../fleet/play.ts";
import { KEEP_ALL, type Policy } from "../../fleet/policy.ts";
import { type RecordedSession, recordedSessions } from "../../fleet/recorded.ts";
import { eventually } from "../support/eventually.ts";
import { writeSettings } from "../support/live.ts";
import { startPrometheus } from "../support/monitoring/prometheus.ts";
import { has, pathOf } from "../support/programs.ts";
import {
  type Backend,
  collectorFile,
  costOf,
  startFileBackend,
  understood,
} from "../support/stores/otelcol.ts";
import { ccotel, installation, RECORDINGS, ROOT, spansToSend, temporaryFolder } from "../support/tool.ts";

const CONFIGS = join(ROOT, "collector-config/gateway");
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function started(
  policy: Policy,
  options: Partial<GatewayOptions> = {},
): Promise<{ gateway: Gateway; backend: Backend }> {
  const backend = await startFileBackend();
  stops.push(() => backend.stop());
  const folder = temporaryFolder();
  const gateway = await startGateway({ configs: CONFIGS, folder, backend: backend.url, policy, ...options });
  stops.unshift(() => gateway.stop());
  return { gateway, backend };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe.skipIf(!has("otelcol"))("the first tier", () => {
  const SESSION = [recording("02-tools").folder];

  test("accepts spans and points of a machine over TLS with a valid token", async () => {
    const { gateway, backend } = await started(KEEP_ALL);
    const env = { OTEL_EXPORTER_OTLP_CERTIFICATE: gateway.caFile, CCOTEL_TRACE_SCOPE: "turn" };
    const machine = installation(gateway.url, { headers: bearer(gateway.token), env });
    await machine.export(SESSION, ["--metrics"]);
    const sent = await spansToSend(SESSION, { CCOTEL_TRACE_SCOPE: "turn" });
    await eventually(() => {
      const { spans, points } = backend.received();
      expect(idsOf(spans)).toEqual(idsOf(sent));
      expect(costOf(points)).toBeCloseTo(costOf(sent), 9);
    });
    // The second tier removes the attributes by which it decides.
    for (const { attributes, resource } of backend.received().spans)
      expect({ ...attributes, ...resource }).not.toHaveProperty(["ccotel.keep"]);
  });

  test("can send spans to the second tier over TLS with certificates on both sides", async () => {
    const folder = temporaryFolder();
    const path = (name: string) => join(folder, name);
    const own = { cert_file: path("server.crt"), key_file: path("server.key") };
    const override = (name: string, config: object) => {
      writeFileSync(path(name), JSON.stringify(config));
      return path(name);
    };
    const grpc = { tls: { ...own, client_ca_file: path("ca.crt") } };
    const otlp = { tls: { ...own, insecure: false, ca_file: path("ca.crt") } };
    const { gateway, backend } = await started(KEEP_ALL, {
      folder,
      samplerOverride: override("sampler.json", { receivers: { otlp: { protocols: { grpc } } } }),
      balancerOverride: override("balancer.json", {
        exporters: { "load_balancing/samplers": { protocol: { otlp } } },
      }),
    });
    const env = { CCOTEL_CERTIFICATE: gateway.caFile, CCOTEL_TRACE_SCOPE: "turn" };
    await installation(gateway.url, { headers: bearer(gateway.token), env }).export(SESSION);
    const sent = await spansToSend(SESSION, { CCOTEL_TRACE_SCOPE: "turn" });
    await eventually(() => expect(idsOf(backend.received().spans)).toEqual(idsOf(sent)));
  });

  test("rejects a wrong token, which export, doctor and status report, and accepts it once it is added", async () => {
    const { gateway, backend } = await started(KEEP_ALL);
    const home = temporaryFolder();
    const env = {
      CCOTEL_ENDPOINT: gateway.url,
      CCOTEL_HEADERS: "authorization=Bearer%20another",
      CCOTEL_CERTIFICATE: gateway.caFile,
    };
    const refused = await ccotel(["export", ...SESSION], { home, env });
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("401");
    expect((await ccotel(["doctor"], { home, env })).stdout).toContain("401");
    endTurn(SESSION[0] ?? "", home, env);
    await eventually(async () => {
      expect((await ccotel(["status"], { home, env })).stdout).toMatch(/failed [^.]*401|failed[\s\S]*401/);
    });
    expect(backend.received().spans).toEqual([]);

    writeFileSync(gateway.tokensFile, `${gateway.token}\nanother # a new machine\n`);
    await eventually(async () => {
      const again = await ccotel(["export", ...SESSION], { home, env });
      expect(again.exitCode, again.stderr).toBe(0);
    });
    const sent = await spansToSend(SESSION);
    await eventually(() => expect(idsOf(backend.received().spans)).toEqual(idsOf(sent)));
  });

  test("gets nothing from a machine that does not trust its certificate", async () => {
    const { gateway } = await started(KEEP_ALL);
    const env = { CCOTEL_ENDPOINT: gateway.url, CCOTEL_HEADERS: `authorization=Bearer%20${gateway.token}` };
    const ran = await ccotel(["export", ...SESSION], { home: temporaryFolder(), env });
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toMatch(/certificate/);
  });
});

describe.skipIf(!has("otelcol", "prometheus"))("metrics through the first tier", () => {
  const MACHINES = 20;
  const sessions = recordedSessions(RECORDINGS);

  const startStore = async () => {
    const prometheus = await startPrometheus([], join(ROOT, "collector-config/prometheus/prometheus.yaml"));
    stops.push(() => prometheus.stop());
    return { ...prometheus, origin: new URL(prometheus.url).origin };
  };

  const sendMetrics = async ({ url, token, ca }: Gateway) => {
    const fleet = { url, headers: bearer(token), ca, sessions, machines: MACHINES, policy: KEEP_ALL };
    await play({ ...fleet, signals: ["metrics"] });
  };

  /** The total cost of all machines in the stores, once it has stopped growing. */
  const costIn = (stores: Awaited<ReturnType<typeof startStore>>[]): Promise<number> => {
    let last = -1;
    return eventually(async () => {
      let sum = 0;
      for (const store of stores)
        sum += (await store.query("sum(ccotel_cost_USD_total)", Date.now()))[""] ?? 0;
      const isStill = sum === last;
      last = sum;
      await sleep(1_000);
      expect(isStill && sum > 0).toBe(true);
      return sum;
    });
  };

  const spent = sessions.slice(0, MACHINES).reduce((sum, session, number) => {
    const spans = tracesOf(number, session, "turn").flatMap((post) => post.spans);
    return (
      sum + spans.reduce((cost, { attributes }) => cost + Number(attributes["gen_ai.usage.cost"] ?? 0), 0)
    );
  }, 0);

  test("give the store the total cost of all machines", async () => {
    const store = await startStore();
    const { gateway } = await started(KEEP_ALL, {
      metricsBackend: `${store.origin}/api/v1/otlp`,
      samplers: 1,
    });
    await sendMetrics(gateway);
    expect(await costIn([store])).toBeCloseTo(spent, 6);
  });

  test("without the machines' ids give less, because points of different machines replace each other", async () => {
    const config = {
      processors: { "resource/merge": { attributes: [{ key: "service.instance.id", action: "delete" }] } },
      service: {
        pipelines: { metrics: { processors: ["memory_limiter", "filter/native", "resource/merge"] } },
      },
    };
    const balancerOverride = join(temporaryFolder(), "merge.json");
    writeFileSync(balancerOverride, JSON.stringify(config));
    const store = await startStore();
    const metricsBackend = `${store.origin}/api/v1/otlp`;
    const { gateway } = await started(KEEP_ALL, { metricsBackend, samplers: 1, balancerOverride });
    await sendMetrics(gateway);
    expect(await costIn([store])).toBeLessThan(spent * 0.8);
  });

  test("can be split over two stores, with each machine in one of them", async () => {
    const stores = [await startStore(), await startStore()];
    const { gateway } = await started(KEEP_ALL, {
      prometheuses: stores.map(({ origin }) => origin),
      samplers: 1,
    });
    await sendMetrics(gateway);
    expect(await costIn(stores)).toBeCloseTo(spent, 6);
    const machines = await Promise.all(
      stores.map(async (store) =>
        Object.keys(await store.query("count by (instance) ({job!=''})", Date.now())),
      ),
    );
    for (const some of machines) expect(some.length).toBeGreaterThan(0);
    expect(new Set(machines.flat()).size).toBe(machines.flat().length);
  });
});

describe.skipIf(!has("otelcol"))("the gateway's files", () => {
  test("have the same settings as otlp.yaml for components of the same name", () => {
    const single = understood(collectorFile("otlp.yaml"));
    const known: Record<string, unknown> = { ...single.processors, ...single.extensions };
    const shared = ["balancer.yaml", "sampler.yaml", "metrics.yaml"].flatMap((file) => {
      const { processors, extensions } = understood(join(CONFIGS, file));
      return Object.entries({ ...processors, ...extensions }).filter(([name]) => Object.hasOwn(known, name));
    });
    expect(shared.length).toBeGreaterThan(8);
    for (const [name, settings] of shared) expect(settings, name).toEqual(known[name]);
  });

  test("say how to start them, and with which versions they were tested", () => {
    for (const file of readdirSync(CONFIGS)) {
      const text = readFileSync(join(CONFIGS, file), "utf8");
      expect(text, file).toMatch(new RegExp(`otelcol-contrib .*--config ${file}`));
      expect(text, file).toContain("Tried with Collector 0.161");
    }
  });

  test("work with a certificate from the commands of docs/operate/fleet.md", () => {
    const page = readFileSync(join(ROOT, "docs/operate/fleet.md"), "utf8");
    const [, commands = ""] = /```sh\n(openssl [^`]*)```/.exec(page) ?? [];
    const options = { cwd: temporaryFolder(), encoding: "utf8", stdio: "pipe" } as const;
    execFileSync("/bin/sh", ["-e", "-c", commands], options);
    const verify = ["verify", "-CAfile", "ca.crt", "-verify_hostname", "gateway.example", "server.crt"];
    expect(execFileSync("openssl", verify, options)).toContain("server.crt: OK");
  });
});

type TracesPost = Extract<Post, { signal: "traces" }>;

function tracesOf(number: number, session: RecordedSession, scope: TraceScope): TracesPost[] {
  const posts = [...postsOf({ number, sessions: [session], scope })];
  return posts.filter((post) => post.signal === "traces");
}

/** Runs the hook as Claude Code does at the end of a turn. */
function endTurn(folder: string, home: string, env: Record<string, string>): void {
  const [original = ""] = transcriptsOf({ name: "", folder });
  const transcript = join(home, basename(original));
  copyFileSync(original, transcript);
  const session_id = sessionIdOf(original);
  const input = { session_id, transcript_path: transcript, hook_event_name: "Stop" };
  writeSettings(home, env);
  const machine = { PATH: process.env.PATH, HOME: home };
  execFileSync("/bin/sh", [join(ROOT, "dist/hook.sh"), "Stop"], {
    env: machine,
    input: JSON.stringify(input),
  });
}

/** Keeps no trace by sampling, because no hex digit is an x. */
const BY_REASON: Policy = { expensiveUsd: 0.05, digits: "x" };

describe.skipIf(!has("otelcol"))("the second tier", () => {
  const sessions = recordedSessions(RECORDINGS);

  test("keeps complete traces of failed and expensive turns in turn scope", async () => {
    const { gateway, backend } = await started(BY_REASON);
    const posts = sessions.flatMap((session, number) => tracesOf(number, session, "turn"));
    for (const { body } of posts) await send(gateway, body);
    const turns = new Map<string, Span[]>();
    for (const span of posts.flatMap(({ spans }) => spans))
      turns.set(span.traceId, [...(turns.get(span.traceId) ?? []), span]);
    const wanted = [...turns.values()].filter((spans) => spans.some(isReason));
    const kept = wanted.flat();
    expect(kept.some(({ attributes }) => Number(attributes["ccotel.cost.usd"]) > 0.05)).toBe(true);
    expect(wanted.length).toBeGreaterThan(20);
    expect(turns.size - wanted.length).toBeGreaterThan(20);
    await eventually(() => expect(idsOf(backend.received().spans)).toEqual(idsOf(kept)));
  });

  // The first turn succeeds. The next one, of another recording, fails long after the decision on the first one.
  const twoTurns = (scope: TraceScope) => {
    const quiet = sessions.find((session) =>
      tracesOf(0, session, scope).every(({ spans }) => spans.every((span) => !isFailed(span))),
    ) as RecordedSession;
    const turns = sessions.flatMap(({ deliveries }) =>
      deliveries.flat().flatMap((piece) => (piece.type === "turn" ? [piece] : [])),
    );
    const failed = turns.find(({ turn }) => turn.outcome === "failed");
    const [begin = []] = quiet.deliveries;
    const [start] = begin;
    if (failed === undefined || start === undefined) throw new Error("There is no such recording.");
    const session = { ...quiet, deliveries: [begin, [{ ...failed, part: start.part }]] };
    const [first, second] = tracesOf(0, session, scope);
    if (first === undefined || second === undefined) throw new Error("They send nothing.");
    return { first, second };
  };

  const sendApart = async (gateway: Gateway, { first, second }: ReturnType<typeof twoTurns>) => {
    await send(gateway, first.body);
    await sleep(DECISION_MS * 4);
    await send(gateway, second.body);
    await sleep(DECISION_MS * 4);
  };

  const DECISION_MS = 1_000;
  const samplerEnv = { DECISION_WAIT: "1s" };

  test("in turn scope, keeps a complete trace of a turn that fails after a successful one", async () => {
    const { gateway, backend } = await started(BY_REASON, { samplerEnv });
    const turns = twoTurns("turn");
    await sendApart(gateway, turns);
    const spans = await eventually(() => {
      const { spans: stored } = backend.received();
      expect(idsOf(stored)).toEqual(idsOf(turns.second.spans));
      return stored;
    });
    expect(orphans(spans)).toEqual([]);
  });

  test("in session scope, keeps the same turn without its root and the earlier turns", async () => {
    const { gateway, backend } = await started(BY_REASON, { samplerEnv });
    const turns = twoTurns("session");
    await sendApart(gateway, turns);
    const spans = await eventually(() => {
      const { spans: stored } = backend.received();
      expect(idsOf(stored)).toEqual(idsOf(turns.second.spans));
      return stored;
    });
    expect(spans.some(({ name }) => usualName(name) === "claude_code.session")).toBe(false);
    expect(orphans(spans).map(({ name }) => usualName(name))).toContain("invoke_agent claude-code");
  });

  test("in session scope with only tail sampling, drops the failed turn, because the first turn has decided", async () => {
    const stored = async (scope: TraceScope) => {
      const samplerOverride = onlyTailSampling(temporaryFolder(), "1s");
      const { gateway, backend } = await started(BY_REASON, { samplerOverride });
      const turns = twoTurns(scope);
      await sendApart(gateway, turns);
      return { ids: idsOf(backend.received().spans), second: idsOf(turns.second.spans) };
    };
    const session = await stored("session");
    expect(session.ids).toEqual([]);
    const turn = await stored("turn");
    expect(turn.ids).toEqual(turn.second);
  });

  test("keeps the later spans of a kept turn, and the later failures of a dropped one", async () => {
    const { gateway, backend } = await started(BY_REASON, { samplerEnv });
    const [session] = sessions.filter((candidate, number) =>
      tracesOf(number, candidate, "turn").some(({ spans }) => hasBoth(spans)),
    );
    if (session === undefined) throw new Error("There is no such recording.");
    const parts = (number: number) => {
      const { spans } = tracesOf(number, session, "turn").find((post) => hasBoth(post.spans)) as TracesPost;
      return { reasons: spans.filter(isReason), quiet: spans.filter((span) => !isReason(span)) };
    };
    const [kept, dropped] = [parts(1), parts(2)];
    await send(gateway, bodyOf(kept.reasons, 1));
    await send(gateway, bodyOf(dropped.quiet, 2));
    await sleep(DECISION_MS * 4);
    await send(gateway, bodyOf(kept.quiet, 1));
    await send(gateway, bodyOf(dropped.reasons, 2));
    const wanted = [...kept.reasons, ...kept.quiet, ...dropped.reasons];
    await eventually(() => expect(idsOf(backend.received().spans)).toEqual(idsOf(wanted)));
    await sleep(DECISION_MS * 2);
    expect(idsOf(backend.received().spans)).toEqual(idsOf(wanted));
  });

  test("does not start if its policy has a misspelt condition", () => {
    const folder = temporaryFolder();
    const text = readFileSync(join(CONFIGS, "sampler.yaml"), "utf8");
    const broken = join(folder, "sampler.yaml");
    writeFileSync(broken, text.replace("        ottl_condition:", "        ottl_conditionx:"));
    const env = {
      PATH: process.env.PATH,
      QUEUE_FOLDER: folder,
      HEALTH: "127.0.0.1:0",
      OTLP_GRPC: "127.0.0.1:0",
    };
    const start = () =>
      execFileSync(pathOf("otelcol"), ["--config", broken], { env, stdio: "pipe", timeout: 20_000 });
    expect(start).toThrow(/expected at least one OTTL condition/);
  });

  const isFailed = ({ status }: Span) => status === "error";

  function isReason({ status, attributes, name }: Span): boolean {
    const { expensiveUsd } = BY_REASON;
    const isExpensive = Number(attributes["ccotel.cost.usd"] ?? 0) > expensiveUsd;
    return status === "error" || isExpensive || usualName(name) === "claude_code.session.summary";
  }

  function hasBoth(spans: Span[]): boolean {
    const traces = new Set(spans.map(({ traceId }) => traceId));
    return traces.size === 1 && spans.some(isReason) && spans.some((span) => !isReason(span));
  }
});

async function send({ url, token, ca }: Gateway, body: Uint8Array): Promise<void> {
  const { request } = await import("node:https");
  const headers = { ...bearer(token), "content-type": "application/x-protobuf" };
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const post = request(`${url}/v1/traces`, { method: "POST", headers, ca }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode));
    });
    post.on("error", reject);
    post.end(body);
  });
  expect(status).toBe(200);
}

function idsOf(spans: { spanId: string }[]): string[] {
  return spans.map(({ spanId }) => spanId).sort();
}

/** Spans whose parent is missing. */
function orphans<S extends { spanId: string; parentSpanId: string }>(spans: S[]): S[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  return spans.filter(({ parentSpanId }) => parentSpanId !== "" && !ids.has(parentSpanId));
}
