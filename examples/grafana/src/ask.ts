import type { Asked } from "./promql.ts";

/** Grafana's variable for the whole time range, and for the interval of one bar or point. */
export const RANGE = "$__range";
export const INTERVAL = "$__interval";

/** What the dashboard's own variables choose. */
export const CHOSEN = 'job=~"$job", instance=~"$instance"';

/** What a query of the dashboard asks for; `where` goes beyond what its variables choose. */
export function chosen(window: string, by: string[] = [], where?: string): Asked {
  return { window, by, where: where === undefined ? CHOSEN : `${CHOSEN}, ${where}` };
}

export const MODEL = "gen_ai_request_model";
export const AGENT = "gen_ai_agent_name";
export const TOOL = "gen_ai_tool_name";

/** Prometheus' way of writing a label's value into a legend. */
export function legendOf(...labels: string[]): string {
  return labels.map((label) => `{{${label}}}`).join(" · ");
}
