import { globalOptions } from "./options/global-options.ts";
import { envNames } from "./options/option.ts";
import { signalOptions } from "./options/signal-options.ts";
import { signals } from "./signals.ts";
import type { Env } from "./source.ts";

/** The settings that say where and in which form to send. All other settings are the same for all destinations. */
function names(): ReadonlySet<string> {
  const options = [
    ...Object.values(signalOptions),
    ...signals.map((signal) => globalOptions[signal]),
    globalOptions.traceScope,
    globalOptions.dialect,
    globalOptions.semconv,
    globalOptions.maxAttributesPerSpan,
    globalOptions.maxAttributesPerLogRecord,
    globalOptions.temporality,
    globalOptions.resourceAttributes,
  ];
  return new Set(options.flatMap((option) => envNames(option)));
}

/** Returns only the variables that describe one destination. */
export function destinationEnv(env: Env): Env {
  const known = names();
  return Object.fromEntries(Object.entries(env).filter(([name]) => known.has(name)));
}

/** Returns the other variables. */
export function withoutDestination(env: Env): Env {
  const known = names();
  return Object.fromEntries(Object.entries(env).filter(([name]) => !known.has(name)));
}
