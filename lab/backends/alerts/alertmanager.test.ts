import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { countsOf, groupRows } from "../../../src/session/sums/rows.ts";
import { summarize } from "../../../src/session/sums/summary.ts";
import { readWhole } from "../../../test/support/read-files.ts";
import { OPTIONS, recordings, transcriptsOf } from "../../../test/support/recordings.ts";
import { eventually } from "../support/eventually.ts";
import { receiverOf, startAlertmanager } from "../support/monitoring/alertmanager.ts";
import { alertsOf, faster, monitoring } from "../support/monitoring/monitoring.ts";
import { startPrometheus } from "../support/monitoring/prometheus.ts";
import { startSink } from "../support/monitoring/sink.ts";
import { type SlackMessage, startSlack } from "../support/monitoring/slack.ts";
import { has } from "../support/programs.ts";
import { started } from "../support/started.ts";
import { installation, ROOT } from "../support/tool.ts";

/** Time runs faster by this factor: five minutes of the rules are 3 seconds, an hour is 36 seconds. */
const FACTOR = 100;

const { rows } = summarize(
  recordings().flatMap((recording) => transcriptsOf(recording).flatMap((path) => readWhole(path, OPTIONS))),
);
const total = countsOf(rows).costUsd;

describe.skipIf(!has("alertmanager", "prometheus"))("messages about alerts in Slack", () => {
  /** Starts Prometheus with prometheus.yaml, Alertmanager with alertmanager.yaml and a Slack, with hourly budgets. */
  async function watch({ warning, critical }: { warning: number; critical: number }) {
    const slack = await started(startSlack());
    const alertmanager = await started(startAlertmanager(slack.url));
    const budgets = (text: string) =>
      text.replace("[1h])) > 50", `[1h])) > ${warning}`).replace("[1h])) > 100", `[1h])) > ${critical}`);
    const config = monitoring({
      prometheus: (text) => text.replace("alertmanager:9093", alertmanager.target),
      rules: (text) => faster(FACTOR)(budgets(text)),
    });
    const prometheus = await started(startPrometheus([], config));
    const elsewhere = await started(startSink());
    const machine = installation(elsewhere.url, { env: { CCOTEL_METRICS_ENDPOINT: prometheus.url } });
    await machine.export(undefined, ["--metrics"]);
    return { slack, prometheus };
  }

  test("arrive once when an alert fires, with amount, models and installation, and once when it ends", async () => {
    // Only the total is over the budget, so the message cannot contain a part of the sum.
    const { slack, prometheus } = await watch({ warning: total - 1e-6, critical: 1000 });
    const about = (alert: string) =>
      slack.messages.filter(({ attachments }) => attachments[0]?.text.includes(alert));
    const [fired] = await eventually(() => {
      expect(about("CcotelSpendOfAnHour")).not.toEqual([]);
      return about("CcotelSpendOfAnHour");
    });
    const [machine] = Object.keys(
      await prometheus.query("group by (instance) (last_over_time(ccotel_cost_USD_total[5m]))", Date.now()),
    );
    const usd = total.toFixed(2);
    expect(attachment(fired)).toMatchObject({
      color: "warning",
      fallback: `Claude Code cost ${usd} USD in an hour`,
      title: `Claude Code cost ${usd} USD in an hour`,
      title_link: expect.stringContaining("/graph?g0.expr=sum"),
    });
    const [summary, description, next, from] = attachment(fired).text.split("\n");
    expect(summary).toBe(`*Claude Code cost ${usd} USD in an hour*`);
    expect(description).toBe(
      `The budget is 50 USD an hour. By model: ${dearestModels()}. By installation: ${machine?.replace("instance=", "")} ${usd} USD.`,
    );
    expect(next).toMatch(/^_Next:_ Ask these installations what runs there/);
    expect(from).toMatch(
      /^CcotelSpendOfAnHour of claude-code, warning, since \d\d:\d\d \w+ \d+ UTC\. docs\/operate\/alerts\.md#ccotelspendofanhour$/,
    );
    await eventually(async () => {
      expect(await firing(prometheus)).toEqual([]);
      expect(about("CcotelSpendOfAnHour").length).toBeGreaterThan(1);
    }, 100_000);
    const [, over, ...more] = about("CcotelSpendOfAnHour");
    expect(more).toEqual([]);
    expect(attachment(over)).toMatchObject({
      color: "good",
      title: `Over: Claude Code cost ${usd} USD in an hour`,
      text: expect.stringMatching(
        /^Over: Claude Code cost .* USD in an hour\nCcotelSpendOfAnHour of claude-code, \d\d:\d\d to \d\d:\d\d \w+ \d+ UTC\.\n?$/,
      ),
    });
    // Alerts on other figures of the recordings also end.
    const names = slack.messages.map(({ attachments }) => /Ccotel\w+/.exec(attachments[0]?.text ?? "")?.[0]);
    for (const name of new Set(names)) {
      const colors = () => about(String(name)).map((message) => attachment(message).color === "good");
      await eventually(() => expect(colors(), name).toEqual([false, true]));
    }
  });

  test("are urgent for twice a budget, and the alert about the budget itself is not sent", async () => {
    const { slack, prometheus } = await watch({ warning: total - 2e-6, critical: total - 1e-6 });
    await eventually(() => expect(slack.messages.some(isUrgent)).toBe(true));
    const levels = async () =>
      (await alertsOf(prometheus))
        .filter(({ labels }) => labels.alertname === "CcotelSpendOfAnHour")
        .map(({ labels }) => labels.severity)
        .sort();
    expect(await levels()).toEqual(["critical", "warning"]);
    // Three times the delay of a message.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const spend = slack.messages.filter(({ attachments }) => attachments[0]?.text.includes("SpendOfAnHour"));
    expect(spend).toHaveLength(1);
    expect(attachment(spend[0])).toMatchObject({ color: "danger", pretext: "<!here>" });
    expect(attachment(spend[0]).text).toContain("CcotelSpendOfAnHour of claude-code, critical");
  });
});

describe.skipIf(!has("amtool"))("alertmanager.yaml", () => {
  const alerts = readFileSync(join(ROOT, "examples/alerts/ccotel-alerts.yaml"), "utf8");
  const rules = [...alerts.matchAll(/- alert: (\w+)\n[\s\S]*?labels:\n((?: {10}\w+: ".*"\n)+)/g)].map(
    ([, alertname = "", labels = ""]) => ({
      alertname,
      ...Object.fromEntries([...labels.matchAll(/(\w+): "(\w+)"/g)].map(([, key, value]) => [key, value])),
    }),
  );

  test.each(rules)(
    "sends $alertname ($severity) to the right receiver",
    async (labels: Record<string, string>) => {
      const expected =
        labels.severity === "critical"
          ? "slack-urgent"
          : labels.budget === "session"
            ? "slack"
            : labels.budget !== undefined
              ? "slack-budget"
              : labels.severity === "info"
                ? "slack-quiet"
                : "slack";
      expect(await receiverOf(labels)).toBe(expected);
    },
  );

  test("names only existing alerts", () => {
    const file = readFileSync(join(ROOT, "collector-config/alertmanager/alertmanager.yaml"), "utf8");
    for (const [, name] of file.matchAll(/alertname="(\w+)"/g)) {
      expect(rules.map(({ alertname }) => alertname)).toContain(name);
    }
    expect(rules).toHaveLength(alerts.match(/- alert: /g)?.length ?? 0);
  });
});

function attachment(message: SlackMessage | undefined) {
  const [first, ...more] = message?.attachments ?? [];
  if (first === undefined || more.length > 0)
    throw new Error(`Not one attachment: ${JSON.stringify(message)}`);
  return first;
}

function isUrgent({ attachments }: SlackMessage): boolean {
  return attachments[0]?.pretext === "<!here>";
}

async function firing(prometheus: Parameters<typeof alertsOf>[0]): Promise<string[]> {
  const alerts = await alertsOf(prometheus);
  return alerts.filter(({ state }) => state === "firing").map(({ labels }) => String(labels.alertname));
}

/** The three models with the highest cost, as the alert writes them. */
function dearestModels(): string {
  return [...groupRows(rows, ({ model }) => model)]
    .sort(([, a], [, b]) => (b.costUsd ?? 0) - (a.costUsd ?? 0))
    .slice(0, 3)
    .map(([model, { costUsd }]) => `${model} ${costUsd?.toFixed(2)} USD`)
    .join(", ");
}
