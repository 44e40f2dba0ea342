import { describeOutcome, type Remedies } from "../otlp/describe.ts";
import type { Outcome } from "../otlp/outcome.ts";
import type { Probe } from "../otlp/probe.ts";
import type { Preset } from "../settings/presets/preset.ts";
import { fieldsOf } from "../settings/presets/template.ts";
import type { Request } from "./request.ts";

export const NOT_ARRIVED =
  "The test did not arrive, so nothing was changed. To save without a test, pass --no-check.";

/** What `configure` waits for after it has sent the test. */
export const ANSWER = "Waiting for the answer to the test";

/** What the user of `configure` has passed that an answer to the test may be about. */
export type Passed = Partial<Pick<Request, "preset" | "endpoint" | "headers">>;

/**
 * Describes the backend's answer to the test of `configure`, with the flags that correct it: its user may have no
 * settings yet. `url`: where it was sent.
 */
export function describeTest(outcome: Outcome, url: string, passed: Passed): string {
  return describeOutcome(outcome, url, true, flagsOf(passed));
}

/** Describes the backend's answers, one line for each signal. */
export function describeProbes(probes: readonly Probe[], passed: Passed): string {
  return probes
    .map(({ signal, url, outcome }) => `Test of ${signal}: ${describeTest(outcome, url, passed)}\n`)
    .join("");
}

/** The flags that set the address and the token. Those of a hosted backend are the fields of its preset. */
function flagsOf({ preset, endpoint, headers = {} }: Passed): Remedies {
  const off = "--metrics off or --logs off turns off a signal that the backend does not accept.";
  const addressFields =
    preset?.domains === undefined || endpoint !== undefined ? [] : fieldsOf(preset.endpoint);
  const address = addressFields.length === 0 ? "--endpoint" : flags(addressFields);
  return {
    address,
    token: tokenRemedy(preset, Object.keys(headers), addressFields),
    path:
      preset === undefined || addressFields.length === 0
        ? `Check the path of --endpoint. CCOTEL_TRACES_ENDPOINT, CCOTEL_METRICS_ENDPOINT and CCOTEL_LOGS_ENDPOINT give each signal its own; ${off}`
        : `Check ${flags([...addressFields, ...headerFields(preset, false)])}; ${off}`,
  };
}

function tokenRemedy(
  preset: Preset | undefined,
  headers: readonly string[],
  addressFields: readonly string[],
): string {
  const names = preset === undefined ? [] : headerFields(preset, true);
  if (names.length === 0) {
    if (preset === undefined) return "Run the command with the backend and its token again.";
    return headers.length === 0
      ? "Pass its token with --header NAME=VALUE."
      : "Check the token in --header, and that it may write.";
  }
  const where = names.map((name) => `--field ${name} (${preset?.fields[name]?.where})`).join(" and ");
  return addressFields.length === 0
    ? `Check ${where}, and that the token may write.`
    : `Check ${where}, that the token may write, and that it belongs to this address (${flags(addressFields)}).`;
}

/** The fields of the headers with a secret, or of those without one, such as a dataset, which must exist. */
function headerFields({ headers, fields }: Preset, secret: boolean): string[] {
  const groups = headers.map(({ value }) => fieldsOf(value));
  const isSecret = (names: readonly string[]) => names.some((name) => fields[name]?.secret);
  return [...new Set(groups.filter((names) => isSecret(names) === secret).flat())];
}

function flags(fields: readonly string[]): string {
  return fields.map((name) => `--field ${name}`).join(" and ");
}
