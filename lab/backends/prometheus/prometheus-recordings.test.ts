import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAppraiser } from "../../../src/pricing/price-request.ts";
import { INSTRUMENTS, type InstrumentName } from "../../../src/telemetry/metrics/instruments.ts";
import type { Observation } from "../../../src/telemetry/metrics/observation.ts";
import { observe } from "../../../src/telemetry/metrics/observe.ts";
import { readWhole } from "../../../test/support/read-files.ts";
import { recordings, transcriptsOf } from "../../../test/support/recordings.ts";
import { eventually } from "../support/eventually.ts";
import { type Prometheus, startPrometheus } from "../support/monitoring/prometheus.ts";
import { has, type Running } from "../support/programs.ts";
import { startProxy, type WatchedProxy } from "../support/proxy.ts";
import { startFileBackend } from "../support/stores/otelcol.ts";
import { installation } from "../support/tool.ts";

describe.skipIf(!has("prometheus", "otelcol"))("Prometheus with the metrics of all recordings", () => {
  const counted = recordings()
    .flatMap(transcriptsOf)
    .flatMap((path) => observe(readWhole(path, { appraise: createAppraiser() })));
  const running: Running[] = [];
  let prometheus: Prometheus;
  let proxy: WatchedProxy;
  let machine: ReturnType<typeof installation>;
  beforeAll(async () => {
    prometheus = await startPrometheus();
    // Prometheus accepts no traces. An export needs a destination for them, so they go to another backend.
    const elsewhere = await startFileBackend();
    running.push(prometheus, elsewhere);
    proxy = await startProxy(prometheus.url.replace("/v1/metrics", ""), { losesAnswers: 2 });
    machine = installation(elsewhere.url, { env: { CCOTEL_METRICS_ENDPOINT: `${proxy.url}/v1/metrics` } });
    // An export that receives no answers exits with 1. Run it again.
    await eventually(() => machine.export(undefined, ["--metrics"]));
  });
  afterAll(async () => {
    await proxy?.close();
    for (const program of running) await program.stop();
  });

  test.each(Object.keys(NAMES) as InstrumentName[])("has %s of each series exactly", async (instrument) => {
    await expectAsCounted(instrument);
  });

  test("counts nothing twice if answers are lost and everything is exported again", async () => {
    expect(proxy.lost()).toBe(2);
    await machine.export(undefined, ["--metrics"]);
    for (const instrument of Object.keys(NAMES) as InstrumentName[]) await expectAsCounted(instrument);
  });

  async function expectAsCounted(instrument: InstrumentName): Promise<void> {
    const own = counted.filter((observation) => observation.instrument === instrument);
    expect(own.length, `the recordings have ${instrument}`).toBeGreaterThan(0);
    const labels = [...new Set(own.flatMap(({ attributes }) => Object.keys(attributes)))].map(labelOf);
    const stored = (suffix: string) =>
      prometheus.query(`sum by (${labels.join(", ")}) (${NAMES[instrument]}${suffix})`, Date.now());
    const isHistogram = INSTRUMENTS[instrument].kind === "histogram";
    expectClose(
      await stored(isHistogram ? "_sum" : ""),
      sumsOf(own, ({ value }) => value),
    );
    if (isHistogram)
      expectClose(
        await stored("_count"),
        sumsOf(own, () => 1),
      );
  }
});

/** Prometheus' names for all instruments, with their units. */
const NAMES: Partial<Record<InstrumentName, string>> = {
  "gen_ai.client.token.usage": "gen_ai_client_token_usage",
  "gen_ai.client.operation.duration": "gen_ai_client_operation_duration_seconds",
  "gen_ai.client.operation.time_to_first_chunk": "gen_ai_client_operation_time_to_first_chunk_seconds",
  "gen_ai.execute_tool.duration": "gen_ai_execute_tool_duration_seconds",
  "ccotel.tool.elapsed": "ccotel_tool_elapsed_seconds",
  "ccotel.tool.waited": "ccotel_tool_waited_seconds",
  "gen_ai.invoke_agent.duration": "gen_ai_invoke_agent_duration_seconds",
  "ccotel.cost": "ccotel_cost_USD_total",
  "ccotel.tokens": "ccotel_tokens_total",
  "ccotel.sessions": "ccotel_sessions_total",
  "ccotel.turns": "ccotel_turns_total",
  "ccotel.tool.calls": "ccotel_tool_calls_total",
  "ccotel.api.errors": "ccotel_api_errors_total",
  "ccotel.api.retries": "ccotel_api_retries_total",
  "ccotel.compactions": "ccotel_compactions_total",
  "ccotel.time_to_first_block": "ccotel_time_to_first_block_seconds",
  "ccotel.output_tokens_per_second": "ccotel_output_tokens_per_second_per_second",
  "ccotel.context.used_ratio": "ccotel_context_used_ratio",
};

/** Compares each series with a tolerance: the sums add the same numbers in another order. */
function expectClose(stored: Record<string, number>, wanted: Record<string, number>): void {
  expect(Object.keys(stored).sort()).toEqual(Object.keys(wanted).sort());
  for (const [series, value] of Object.entries(wanted)) expect(stored[series], series).toBeCloseTo(value, 9);
}

function sumsOf(observed: Observation[], of: (one: Observation) => number): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const one of observed) {
    const key = Object.entries(one.attributes)
      .map(([name, value]) => `${labelOf(name)}=${value}`)
      .sort()
      .join(" ");
    sums[key] = (sums[key] ?? 0) + of(one);
  }
  return sums;
}

function labelOf(name: string): string {
  return name.replaceAll(".", "_");
}
