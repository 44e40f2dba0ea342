import { setTimeout as sleep } from "node:timers/promises";
import { type Gateway, startGateway } from "./gateway.ts";
import { onlyTailSampling } from "./only-tail-sampling.ts";
import { type Fleet, type Played, play } from "./play.ts";
import type { Policy } from "./policy.ts";
import { type Sink, type Stored, startSink } from "./sink.ts";

/** Who is killed while the fleet sends. */
export type Victim = "sampler" | "balancer" | "nobody";

export interface RunOptions {
  configs: string;
  /** An empty folder. */
  folder: string;
  sessions: Fleet["sessions"];
  machines: number;
  policy: Policy;
  victim: Victim;
  /** How long the killed one is away. */
  awayMs?: number;
  /** The second tier as many set it up, with nothing but tail sampling: to compare with. */
  onlyTailSampling?: boolean;
  signals?: Fleet["signals"];
  /** After so long without anything new, no more is waited for. */
  quietMs?: number;
}

export interface RunResult {
  played: Played;
  stored: Stored;
  /** Of the spans that had to be kept, and of those that came later to the same traces, how many are not stored. */
  lost: { marked: number; late: number };
  /** Stored spans that had no reason to be kept. */
  unexpected: number;
  balancer: Use;
  samplers: Use[];
}

export interface Use {
  cpuSeconds: number;
  peakBytes: number;
}

/** Lets the fleet send through both tiers, kills one of them half-way if asked to, and waits until all has arrived. */
export async function run(options: RunOptions): Promise<RunResult> {
  const { configs, folder, sessions, machines, policy, victim, awayMs = 3_000, quietMs = 45_000 } = options;
  const sink = await startSink();
  const override = options.onlyTailSampling === true ? onlyTailSampling(folder) : undefined;
  const gateway = await startGateway({
    configs,
    folder,
    backend: sink.url,
    policy,
    ...(override === undefined ? {} : { samplerOverride: override }),
  });
  const idle = usesOf(gateway);
  try {
    const { url, token, ca } = gateway;
    let killed: Promise<void> | undefined;
    const onDone = (done: number) => {
      if (killed === undefined && victim !== "nobody" && done >= machines / 2)
        killed = killAndRestart(gateway, victim, awayMs);
    };
    const signals = options.signals === undefined ? {} : { signals: options.signals };
    const headers = { authorization: `Bearer ${token}` };
    const played = await play({
      url,
      headers,
      ca,
      sessions,
      machines,
      policy,
      onDone,
      ...signals,
    });
    await killed;
    const stored = await settled(sink, played, quietMs);
    const uses = usesOf(gateway);
    return {
      played,
      stored,
      lost: { marked: missing(played.marked, stored), late: missing(played.late, stored) },
      unexpected: [...stored.spans].filter((id) => !played.marked.has(id) && !played.late.has(id)).length,
      balancer: since(idle.balancer, uses.balancer),
      samplers: uses.samplers.map((use, index) => since(idle.samplers[index] as Use, use)),
    };
  } finally {
    await gateway.stop();
    sink.close();
  }
}

async function killAndRestart(
  { balancer, samplers }: Gateway,
  victim: Victim,
  awayMs: number,
): Promise<void> {
  const program = victim === "balancer" ? balancer : samplers[0];
  await program?.kill();
  await sleep(awayMs);
  await program?.restart();
}

function usesOf({ balancer, samplers }: Gateway): { balancer: Use; samplers: Use[] } {
  const useOf = ({ cpuSeconds, peakBytes }: Gateway["balancer"]) => ({
    cpuSeconds: cpuSeconds(),
    peakBytes: peakBytes(),
  });
  return { balancer: useOf(balancer), samplers: samplers.map(useOf) };
}

function since(before: Use, after: Use): Use {
  return { cpuSeconds: after.cpuSeconds - before.cpuSeconds, peakBytes: after.peakBytes };
}

function missing(ids: Set<string>, { spans }: Stored): number {
  return [...ids].filter((id) => !spans.has(id)).length;
}

/** What is stored once it is all that is expected, or once nothing has come for a while. */
async function settled(sink: Sink, { marked, late, points }: Played, quietMs: number): Promise<Stored> {
  let last = "";
  let since = Date.now();
  for (;;) {
    const stored = sink.stored();
    const now = `${stored.spans.size} ${stored.points}`;
    if (stored.spans.size >= marked.size + late.size && stored.points >= points) {
      // What is too much would come now.
      await sleep(2_000);
      return sink.stored();
    }
    if (now !== last) {
      last = now;
      since = Date.now();
    }
    if (Date.now() - since > quietMs) return stored;
    await sleep(200);
  }
}
