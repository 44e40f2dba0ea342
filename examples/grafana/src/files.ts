import { alertsFile } from "./alerts.ts";
import { type DashboardSpec, toDashboard } from "./panels.ts";
import { PROMETHEUS } from "./prometheus.ts";
import { rulesFile } from "./rules.ts";
import { TEMPO } from "./tempo.ts";

/** All files that `npm run dashboards` writes, by their path in the repository. */
export function generatedFiles(): Record<string, string> {
  return {
    "examples/grafana/ccotel-prometheus.json": dashboardFile(PROMETHEUS),
    "examples/grafana/ccotel-tempo.json": dashboardFile(TEMPO),
    "examples/alerts/ccotel-rules.yaml": rulesFile(),
    "examples/alerts/ccotel-alerts.yaml": alertsFile(),
  };
}

function dashboardFile(spec: DashboardSpec): string {
  return `${JSON.stringify(toDashboard(spec), null, 2)}\n`;
}
