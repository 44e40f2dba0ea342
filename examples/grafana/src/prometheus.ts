import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { RANGE } from "./ask.ts";
import type { DashboardSpec, Kind } from "./panels.ts";
import { apiRow, contextRow, exporterRow, subagentsRow, toolsRow } from "./rows-behaviour.ts";
import { costRow, latencyRow, tokensRow, turnsRow } from "./rows-spend.ts";

/** The dashboard for Prometheus: the metrics of docs/reference/metrics.md. */
export const PROMETHEUS: DashboardSpec = {
  uid: "ccotel-prometheus",
  title: "Claude Code: sessions",
  description: "Cost, tokens, turns, latency, tools, errors and context of Claude Code sessions, by ccotel.",
  datasource: "prometheus",
  // A text field instead of a list: the list could have 10,000 machines.
  variables: [
    {
      name: "instance",
      label: "Installation",
      description: "A regular expression for service.instance.id, the random id of an installation",
      value: ".*",
    },
    {
      name: "job",
      label: "Service",
      description: "A regular expression for service.name",
      value: ".*",
    },
  ],
  rows: [
    costRow(),
    tokensRow(),
    turnsRow(),
    latencyRow(),
    toolsRow(),
    apiRow(),
    contextRow(),
    subagentsRow(),
    exporterRow(),
  ],
  target,
};

function target(query: string, kind: Kind, legend: string, refId: string): DataqueryBuilder {
  const builder = new DataqueryBuilder().expr(query).legendFormat(legend).refId(refId);
  if (kind === "bars" || kind === "lines") return builder.range();
  if (!query.includes(RANGE) && kind !== "stat")
    throw new Error(`It does not follow the time range: ${query}`);
  return kind === "table" ? builder.instant().format(PromQueryFormat.Table) : builder.instant();
}
