import { behaviourAlerts } from "./alerts-behaviour.ts";
import { sessionAlert, spendAlerts } from "./alerts-budget.ts";
import { silenceAlerts } from "./alerts-silence.ts";
import { ruleFile } from "./yaml.ts";

/** The text of the file with the alerts. */
export function alertsFile(): string {
  return ruleFile(HEAD, [
    {
      name: "ccotel-alerts",
      interval: "5m",
      queryOffset: "1m",
      rules: [...spendAlerts(), ...behaviourAlerts()],
    },
    // No recording rule comes before this alert, so it fires as early as possible.
    { name: "ccotel-session-alerts", interval: "1m", queryOffset: "0s", rules: [sessionAlert()] },
    { name: "ccotel-machine-alerts", interval: "1h", queryOffset: "1m", rules: silenceAlerts() },
  ]);
}

const HEAD = `Alerts on ccotel's metrics: made by \`npm run dashboards\`, explained in docs/operate/alerts.md.

They read what ccotel-rules.yaml records; load both. Budgets and limits are examples: change the numbers that the
expressions compare with. Each is over all machines of a service (job), but for those of one session or machine.
Labels for routing: severity (info, warning, critical) and, where money is spent, budget (hour, day, session).`;
