import fc from "fast-check";
import { INSTRUMENTS, type InstrumentName } from "../../src/telemetry/metrics/instruments.ts";
import { type Observation, observation } from "../../src/telemetry/metrics/observation.ts";

const COUNTED: InstrumentName[] = [
  "ccotel.tokens",
  "ccotel.cost",
  "ccotel.tool.calls",
  "gen_ai.client.token.usage",
  "gen_ai.client.operation.duration",
  "otel.sdk.exporter.span.exported",
];

/**
 * An observation of one of a few series. Counts are integers, and other values are decimals without an exact binary
 * form.
 */
export const anyObservation: fc.Arbitrary<Observation> = fc
  .record({
    instrument: fc.constantFrom(...COUNTED),
    value: fc.integer({ min: 0, max: 200_000 }),
    model: fc.constantFrom("claude-opus-5-5", "claude-haiku-5-5", "claude-sonnet-5-5"),
    kind: fc.constantFrom("a", "b", undefined),
  })
  .map(({ instrument, value, model, kind }) =>
    observation(instrument, INSTRUMENTS[instrument].valueType === "int" ? value : value / 1000, {
      "gen_ai.request.model": model,
      kind,
    }),
  );

export const observations = fc.array(anyObservation, { maxLength: 12 });

/** An event between two observations of a meter. */
export type Step =
  | { type: "observe"; observations: Observation[] }
  /** The process exits. The next one continues from the saved JSON. */
  | { type: "restart" }
  | { type: "wait"; ms: number }
  /**
   * The meter builds and sends a request. `answered`: the backend accepts it and answers. `answer lost`: the backend
   * accepts it, and the answer is lost. `refused`: the connection is refused. `request lost`: the backend does not
   * receive it, and the sender does not know.
   */
  | { type: "send"; fate: "answered" | "answer lost" | "refused" | "request lost" };

export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: observations.map((list) => ({ type: "observe" as const, observations: list })) },
  { weight: 2, arbitrary: fc.constant({ type: "restart" as const }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(0, 1, 1000, 60_000, 3_600_000, 86_400_000, -5000).map((ms) => ({
      type: "wait" as const,
      ms,
    })),
  },
  {
    weight: 5,
    arbitrary: fc
      .constantFrom("answered", "answered", "answer lost", "refused", "request lost")
      .map((fate) => ({ type: "send" as const, fate: fate as Extract<Step, { type: "send" }>["fate"] })),
  },
);
