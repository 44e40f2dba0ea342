import { describeOutcome } from "../otlp/describe.ts";
import type { Outcome } from "../otlp/outcome.ts";

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
