import { growth, recorded } from "./promql.ts";

// What an alert says beyond its number. Prometheus fills these in when the alert fires: it asks its own series again.

/** The service of the alert, within a query of its text. */
const OF_JOB = "job=%[1]q";

/** The three models (or other labels) that a recorded rule counted most of: `opus 41.20 USD, haiku 3.10 USD`. */
export function mostRecorded(
  rule: string,
  window: string,
  label: string,
  unit: Unit,
  where?: string,
): string {
  const asked = { window, by: [label], where: where === undefined ? OF_JOB : `${OF_JOB}, ${where}` };
  return listOf(recorded(rule, asked), label, unit);
}

/** The three installations that counted most. Rules do not record these, so the points themselves are asked. */
export function mostOfInstallations(series: string, window: string, unit: Unit, where?: string): string {
  const chosen = where === undefined ? OF_JOB : `${OF_JOB}, ${where}`;
  return listOf(`sum by (instance) (${growth(series, window, chosen)})`, "instance", unit);
}

export type Unit = "USD" | "count";

/** Dollars as people write them, in a template of Prometheus. */
export const VALUE_USD = '{{ printf "%.2f" $value }} USD';

function listOf(query: string, label: string, unit: Unit): string {
  const value = unit === "USD" ? '{{ printf "%.2f" $each.Value }} USD' : '{{ printf "%.0f" $each.Value }}';
  const asked = `printf \`sort_desc(topk(3, ${query}) > 0)\` $labels.job | query`;
  return `{{ range $i, $each := ${asked} }}{{ if $i }}, {{ end }}{{ $each.Labels.${label} }} ${value}{{ end }}`;
}
