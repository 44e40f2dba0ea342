// The fleet's measurements, printed as the tables of docs/fleet.md. Bundled and started by run.mjs.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KEEP_ALL, SHIPPED } from "./policy.ts";
import { recordedSessions } from "./recorded.ts";
import { type RunOptions, type RunResult, run } from "./runs.ts";
import { wireUse } from "./wire.ts";

export async function measure(root: string, { machines, killed }: { machines: number; killed: number }) {
  const sessions = recordedSessions(join(root, "fixtures/sessions"));
  const folder = mkdtempSync(join(tmpdir(), "ccotel-fleet-"));
  const configs = join(root, "collector-config/gateway");
  let runs = 0;
  const next = (options: Omit<RunOptions, "configs" | "folder" | "sessions">) => {
    const own = join(folder, String(runs++));
    mkdirSync(own);
    return run({ configs, folder: own, sessions, ...options });
  };
  try {
    console.log(wireUse(sessions));
    show("load", await next({ machines, policy: SHIPPED, victim: "nobody" }));
    show("sampler, all", await next({ machines: killed, policy: KEEP_ALL, victim: "sampler" }));
    show("balancer, all", await next({ machines: killed, policy: KEEP_ALL, victim: "balancer" }));
    show("sampler, shipped", await next({ machines: killed, policy: SHIPPED, victim: "sampler" }));
    show(
      "only tail",
      await next({ machines: killed, policy: KEEP_ALL, victim: "sampler", onlyTailSampling: true }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function show(title: string, { played, stored, ...result }: RunResult): void {
  console.log(title, { ...played, marked: played.marked.size, late: played.late.size });
  console.log({ ...stored, spans: stored.spans.size }, JSON.stringify(result));
}
