import { setTimeout as sleep } from "node:timers/promises";
import type { Outcome } from "../../src/otlp/outcome.ts";
import { createTransport } from "../../src/otlp/transport.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { postsOf } from "./machine.ts";
import { keptSpans, type Policy } from "./policy.ts";
import type { RecordedSession } from "./recorded.ts";

export interface Fleet {
  url: string;
  headers: Record<string, string>;
  /** PEM text of the authority that signed the gateway's certificate. */
  ca?: string;
  sessions: RecordedSession[];
  machines: number;
  /** Number of sessions per installation, one after the other. Default: 1. */
  sessionsEach?: number;
  signals?: ("traces" | "metrics")[];
  /** The traces that the second tier must keep. */
  policy: Policy;
  /** Called after each installation with the number of finished installations. */
  onDone?: (done: number) => void;
  /** Called before a request is sent again. */
  onRetry?: () => void;
}

export interface Played {
  /** Number of acknowledged spans. */
  spans: number;
  /** Ids of spans that the second tier must keep in any case: the reason is in the span's own request. */
  marked: Set<string>;
  /** Ids of the other spans in the same traces, which were in separate requests. */
  late: Set<string>;
  points: number;
  requests: number;
  /** Number of retries. */
  retries: number;
  seconds: number;
}

/** Number of installations that send in parallel. Only their unsent data is in memory. */
const AT_ONCE = 24;
const GIVE_UP_MS = 300_000;

/** Lets the installations send everything, each one request at a time, and retry rejected requests. */
export async function play(fleet: Fleet): Promise<Played> {
  const { machines, policy, signals = ["traces", "metrics"] } = fleet;
  const marked = new Set<string>();
  const late = new Set<string>();
  const counts = { spans: 0, points: 0, requests: 0, retries: 0 };
  const started = performance.now();
  let next = 0;
  let done = 0;

  async function sendAll(number: number): Promise<void> {
    const keptTraces = new Set<string>();
    const unmarked: Span[] = [];
    let connected: ReturnType<typeof connect> | undefined;
    for (const post of postsOf({ number, sessions: sessionsOf(number, fleet) })) {
      if (!signals.includes(post.signal)) continue;
      if (connected?.worker !== post.worker) {
        connected?.close();
        connected = connect(fleet, post.worker);
      }
      await deliver(connected[post.signal], post.body, () => {
        counts.retries++;
        fleet.onRetry?.();
      });
      counts.requests++;
      if (post.signal === "metrics") counts.points += post.points;
      else {
        counts.spans += post.spans.length;
        for (const span of keptSpans(post.spans, policy)) {
          marked.add(span.spanId);
          keptTraces.add(span.traceId);
        }
        unmarked.push(...post.spans.filter(({ spanId }) => !marked.has(spanId)));
      }
    }
    connected?.close();
    for (const { spanId, traceId } of unmarked) if (keptTraces.has(traceId)) late.add(spanId);
  }

  async function lane(): Promise<void> {
    while (next < machines) {
      await sendAll(next++);
      fleet.onDone?.(++done);
    }
  }

  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  const seconds = (performance.now() - started) / 1000;
  return { marked, late, ...counts, seconds };
}

/** The sessions of a machine. Machines and their sessions take the recordings in rotation. */
function sessionsOf(number: number, { sessions, sessionsEach = 1 }: Fleet): RecordedSession[] {
  return Array.from(
    { length: sessionsEach },
    (_, index) => sessions[(number * sessionsEach + index) % sessions.length] as RecordedSession,
  );
}

/** Opens connections like a ccotel worker, which runs for one turn and has a connection for each signal. */
function connect(fleet: Fleet, worker: number) {
  const [traces, metrics] = [transportTo(fleet, "traces"), transportTo(fleet, "metrics")];
  return {
    worker,
    traces,
    metrics,
    close() {
      traces.close();
      metrics.close();
    },
  };
}

/** ccotel's own transport: gzip, persistent connections, one outcome for each request. */
function transportTo({ url, headers, ca }: Fleet, signal: "traces" | "metrics") {
  const tls = ca === undefined ? {} : { ca };
  const target = {
    url: `${url}/v1/${signal}`,
    headers,
    compression: "gzip" as const,
    timeoutMs: 30_000,
    tls,
  };
  return createTransport(target, { proxy: {}, userAgent: "ccotel-fleet" });
}

/** Sends the same bytes until the gateway accepts them. Pauses grow, unless the gateway names a pause. */
async function deliver(
  { post }: { post(body: Uint8Array): Promise<Outcome> },
  body: Uint8Array,
  onRetry: () => void,
): Promise<void> {
  const until = Date.now() + GIVE_UP_MS;
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 5_000)) {
    const outcome = await post(body);
    if (outcome.kind === "success") return;
    if (outcome.kind !== "retryable" || Date.now() > until)
      throw new Error(`A request was not taken over: ${JSON.stringify(outcome)}`);
    onRetry();
    await sleep(outcome.retryAfterMs ?? pauseMs);
  }
}
