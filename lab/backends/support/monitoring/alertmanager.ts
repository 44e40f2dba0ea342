import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort, pathOf, type Running, start } from "../programs.ts";
import { ROOT } from "../tool.ts";

export const ALERTMANAGER_FILE = join(ROOT, "collector-config/alertmanager/alertmanager.yaml");

export interface Alertmanager extends Running {
  /** Host and port, as in prometheus.yaml. */
  target: string;
}

/** Starts an Alertmanager with alertmanager.yaml and group waits of one second. Messages go to `webhook`. */
export async function startAlertmanager(webhook: string): Promise<Alertmanager> {
  const port = await freePort();
  const target = `127.0.0.1:${port}`;
  const running = await start(
    "alertmanager",
    (folder) => {
      writeFileSync(join(folder, "slack-url"), webhook);
      const config = join(folder, "alertmanager.yaml");
      const text = readFileSync(ALERTMANAGER_FILE, "utf8");
      writeFileSync(config, text.replaceAll(/(group_wait|group_interval): .*/g, "$1: 1s"));
      return [
        `--config.file=${config}`,
        `--storage.path=${join(folder, "data")}`,
        `--web.listen-address=${target}`,
        "--cluster.listen-address=",
      ];
    },
    async () => (await fetch(`http://${target}/-/ready`)).ok,
  );
  return { ...running, target };
}

/** The receiver of an alert with these labels. */
export async function receiverOf(labels: Record<string, string>): Promise<string> {
  const given = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const args = ["config", "routes", "test", `--config.file=${ALERTMANAGER_FILE}`, ...given];
  const { stdout } = await promisify(execFile)(pathOf("amtool"), args);
  return stdout.trim();
}
