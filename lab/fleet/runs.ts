import { setTimeout as sleep } from "node:timers/promises";
import { type Gateway, startGateway } from "./gateway.ts";
import { onlyTailSampling } from "./only-tail-sampling.ts";
import { type Fleet, type Played, play } from "./play.ts";
import type { Policy } from "./policy.ts";
import { type Sink, type Stored, startSink } from "./sink.ts";

/** The tier of which one Collector is killed while the fleet sends. */
export type Victim = "sampler" | "balancer" | "nobody";

export interface RunOptions {
  configs: string;
  /** An empty folder. */
  folder: string;
  sessions: Fleet["sessions"];
  machines: number;
  policy: Policy;
  victim: Victim;
  /** Time until the killed Collector starts again. */
  awayMs?: number;
  /** Uses the common setup of the second tier, with only tail sampling, for comparison. */
  onlyTailSampling?: boolean;
  signals?: Fleet["signals"];
  /** The run ends after this time without new spans. */
  quietMs?: number;
}

export interface RunResult {
  played: Played;
  stored: Stored;
  /** Number of spans that are not stored: of those that must be kept, and of the later ones in the same traces. */
  lost: { marked: number; late: number };
  /** Stored spans without a reason to be kept. */
  unexpected: number;
  balancer: Use;
  samplers: Use[];
}

export interface Use {
  cpuSeconds: number;
  peakBytes: number;
}

/** Lets the fleet send through both tiers, kills the victim half-way, and waits until everything has arrived. */
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

/** Waits until everything expected is stored, or until nothing new arrives for `quietMs`. Returns the stored data. */
async function settled(sink: Sink, { marked, late, points }: Played, quietMs: number): Promise<Stored> {
  let last = "";
  let since = Date.now();
  for (;;) {
    const stored = sink.stored();
    const now = `${stored.spans.size} ${stored.points}`;
    if (stored.spans.size >= marked.size + late.size && stored.points >= points) {
      // Wait for spans that should not arrive.
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
