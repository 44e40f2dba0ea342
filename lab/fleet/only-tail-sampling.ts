import { writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Writes a configuration that turns sampler.yaml into a common setup: every span waits in memory for the decision on
 * its trace. Returns its path.
 */
export function onlyTailSampling(folder: string, decisionWait = "10s"): string {
  const path = join(folder, "only-tail-sampling.json");
  const nothing = { trace_conditions: ['span.name != ""'] };
  const late = { sampling_strategy: "trace-complete", decision_wait: decisionWait };
  const config = {
    processors: { "filter/everything": nothing, "tail_sampling/late": late },
    service: {
      pipelines: {
        "traces/kept": { processors: ["filter/everything"] },
        "traces/late": { processors: ["tail_sampling/late", "transform/unmark", "redaction/secrets"] },
      },
    },
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}
