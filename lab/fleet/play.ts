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
  /** Sessions of each, one after the other; one unless given. */
  sessionsEach?: number;
  signals?: ("traces" | "metrics")[];
  /** What the second tier is told to keep. */
  policy: Policy;
  /** Called after each installation with how many are done. */
  onDone?: (done: number) => void;
  /** Called before a request is sent again. */
  onRetry?: () => void;
}

export interface Played {
  /** How many spans were acknowledged. */
  spans: number;
  /** Ids of those that the second tier must keep, whatever happens: their own request shows the reason. */
  marked: Set<string>;
  /** Ids of the others in the same traces, which came in requests of their own. */
  late: Set<string>;
  points: number;
  requests: number;
  /** Requests that had to be sent again. */
  retries: number;
  seconds: number;
}

/** Installations at the same time. What is in memory is what these are about to send. */
const AT_ONCE = 24;
const GIVE_UP_MS = 300_000;

/** Lets the installations send all that they have, each its requests one after the other, and again what was not taken. */
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

/** The recordings in turn; a machine's next session is another one. */
function sessionsOf(number: number, { sessions, sessionsEach = 1 }: Fleet): RecordedSession[] {
  return Array.from(
    { length: sessionsEach },
    (_, index) => sessions[(number * sessionsEach + index) % sessions.length] as RecordedSession,
  );
}

/** As a worker of ccotel, which lives for a turn, has connections of its own for each signal. */
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

/** ccotel's own way to a backend: gzip, connections that are kept, one outcome for each request. */
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

/** The same bytes until they are taken over, with growing pauses unless the gateway names one. */
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
