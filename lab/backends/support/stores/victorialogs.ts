import { join } from "node:path";
import { freePort, type Running, start } from "../programs.ts";

export interface VictoriaLogs extends Running {
  /** Base URL, to which the sender adds `/v1/logs`. */
  url: string;
  /** All records, with their fields as text. */
  records(): Promise<Record<string, string>[]>;
}

/** Starts VictoriaLogs. To start it again with the same data and URL, pass `data` (its folder) and `port`. */
export async function startVictoriaLogs(port?: number, data?: string): Promise<VictoriaLogs> {
  const at = port ?? (await freePort());
  const base = `http://127.0.0.1:${at}`;
  const running = await start(
    "victoria-logs",
    (folder) => [
      `-httpListenAddr=127.0.0.1:${at}`,
      `-storageDataPath=${data ?? join(folder, "data")}`,
      // The recordings are old.
      "-retentionPeriod=10y",
    ],
    async () => (await fetch(`${base}/health`)).ok,
  );
  return {
    ...running,
    url: `${base}/insert/opentelemetry`,
    async records() {
      const body = new URLSearchParams({ query: "*", limit: "100000" });
      const response = await fetch(`${base}/select/logsql/query`, { method: "POST", body });
      const lines = (await response.text()).split("\n").filter((line) => line !== "");
      return lines.map((line) => JSON.parse(line) as Record<string, string>);
    },
  };
}
