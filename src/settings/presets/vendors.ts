/** Hosted observability platforms, in the order that `configure` shows. */

import type { Preset } from "./preset.ts";
import { datadog, dynatrace, elastic, newRelic, sentry } from "./vendors-apm.ts";
import { axiom, dash0, grafanaCloud, honeycomb, logfire, openObserve, signoz } from "./vendors-otel.ts";

export const VENDORS: readonly Preset[] = [
  grafanaCloud,
  datadog,
  honeycomb,
  newRelic,
  dash0,
  dynatrace,
  elastic,
  signoz,
  axiom,
  logfire,
  openObserve,
  sentry,
];
