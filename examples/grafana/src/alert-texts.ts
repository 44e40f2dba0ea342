import { growth, recorded } from "./promql.ts";

// Templates for the text of an alert. Prometheus fills them in when the alert fires, with further queries.

/** Matcher for the service of the alert, for queries in its text. */
const OF_JOB = "job=%[1]q";

/** A template for the three labels with the largest sums of a recorded rule: `opus 41.20 USD, haiku 3.10 USD`. */
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

/** A template for the three installations with the largest sums. Rules do not record these; it queries the points. */
export function mostOfInstallations(series: string, window: string, unit: Unit, where?: string): string {
  const chosen = where === undefined ? OF_JOB : `${OF_JOB}, ${where}`;
  return listOf(`sum by (instance) (${growth(series, window, chosen)})`, "instance", unit);
}

export type Unit = "USD" | "count";

/** A Prometheus template that writes the alert's value in dollars with two decimals. */
export const VALUE_USD = '{{ printf "%.2f" $value }} USD';

function listOf(query: string, label: string, unit: Unit): string {
  const value = unit === "USD" ? '{{ printf "%.2f" $each.Value }} USD' : '{{ printf "%.0f" $each.Value }}';
  const asked = `printf \`sort_desc(topk(3, ${query}) > 0)\` $labels.job | query`;
  return `{{ range $i, $each := ${asked} }}{{ if $i }}, {{ end }}{{ $each.Labels.${label} }} ${value}{{ end }}`;
}
