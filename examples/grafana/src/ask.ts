import type { Asked } from "./promql.ts";

/** Grafana's variable for the whole time range, and for the interval of one bar or point. */
export const RANGE = "$__range";
export const INTERVAL = "$__interval";

/** Matchers for the values chosen in the dashboard's variables. */
export const CHOSEN = 'job=~"$job", instance=~"$instance"';

/** The window, labels and matchers of a dashboard query. `where`: matchers in addition to the dashboard's variables. */
export function chosen(window: string, by: string[] = [], where?: string): Asked {
  return { window, by, where: where === undefined ? CHOSEN : `${CHOSEN}, ${where}` };
}

export const MODEL = "gen_ai_request_model";
export const AGENT = "gen_ai_agent_name";
export const TOOL = "gen_ai_tool_name";

/** A legend with the values of these labels, in Prometheus' template syntax. */
export function legendOf(...labels: string[]): string {
  return labels.map((label) => `{{${label}}}`).join(" · ");
}
