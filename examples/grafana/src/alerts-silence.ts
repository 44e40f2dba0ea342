import { RECORDED } from "./rules.ts";
import type { Rule } from "./yaml.ts";

/** Alerts on missing data: from one machine that sent some before, and from all machines. */
export function silenceAlerts(): Rule[] {
  const seen = (window: string) => `max_over_time(${RECORDED.machineSeen}[${window}])`;
  const machines = (window: string) => `count by (job) (${seen(window)})`;
  return [
    {
      comment:
        "A machine that worked in the last two weeks says nothing for four days, which a weekend does not explain. It ends by\nitself after two weeks, or when the machine speaks.",
      alert: "CcotelMachineSilent",
      expr: `${seen("14d")} unless ${seen("4d")}`,
      labels: { severity: "info" },
      annotations: {
        summary: "Nothing from the installation {{ $labels.instance }} for four days",
        description: "It may be a holiday.",
        next: "Else run ccotel doctor there: it says whether the hook runs, and what the backend answers.",
        runbook: "docs/operate/alerts.md#ccotelmachinesilent",
      },
    },
    {
      comment:
        "None of at least five machines says anything for three days: then it is not them, but the way here. Earlier than each\nmachine's own alert, and instead of these (collector-config/alertmanager).",
      alert: "CcotelNothingArrives",
      expr: `${machines("14d")} >= 5 unless ${machines("3d")}`,
      labels: { severity: "warning" },
      annotations: {
        summary: "Nothing from any of {{ $value }} installations for three days",
        description: "Of the service {{ $labels.job }}, which all of them used in the last two weeks.",
        next: "Check the Collector and Prometheus' OTLP receiver, the address and token that machines use, and what was rolled out three days ago. Nothing is lost yet: machines send it when they can.",
        runbook: "docs/operate/alerts.md#ccotelnothingarrives",
      },
    },
  ];
}
