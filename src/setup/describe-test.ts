import { describeOutcome } from "../otlp/describe.ts";
import type { Outcome } from "../otlp/outcome.ts";
import type { Probe } from "../otlp/probe.ts";

export const NOT_ARRIVED =
  "The test did not arrive, so nothing was changed. To save without a test, pass --no-check.";

/** The flags of `configure` that set what these variables would: its user may have no settings yet. */
const FLAGS: readonly (readonly [variable: string, flag: string])[] = [
  ["CCOTEL_HEADERS or CCOTEL_HEADERS_FILE", "--field or --header"],
  ["CCOTEL_METRICS=off", "--metrics off"],
  ["CCOTEL_LOGS=off", "--logs off"],
  ["CCOTEL_ENDPOINT", "--endpoint"],
];

/**
 * Describes the backend's answer to the test of `configure`, with the flags that correct it. `url`: where it was sent.
 */
export function describeTest(outcome: Outcome, url: string): string {
  return FLAGS.reduce(
    (text, [variable, flag]) => text.replaceAll(variable, flag),
    describeOutcome(outcome, url, true),
  );
}

/** Describes the backend's answers, one line for each signal. */
export function describeProbes(probes: readonly Probe[]): string {
  return probes
    .map(({ signal, url, outcome }) => `Test of ${signal}: ${describeTest(outcome, url)}\n`)
    .join("");
}
