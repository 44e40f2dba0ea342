import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../native", import.meta.url));

export type Signal = "traces" | "metrics" | "logs";

/** The recording of the session that sent the native telemetry in `lab/backends/native`. */
export const NATIVE_RECORDING = "04-compact-manual-print";

/** Cost of that session's compaction in USD: a request that is in no transcript. */
export const NATIVE_HIDDEN_USD = 0.0096;

/** Sends the native telemetry of a recorded session. Returns the status of each answer. */
export async function sendNative(url: string, signal: Signal): Promise<number[]> {
  const statuses: number[] = [];
  for (const body of nativeRequests(signal)) {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${url}/v1/${signal}`, { method: "POST", headers, body });
    statuses.push(response.status);
  }
  return statuses;
}

/** The requests of one signal, in OTLP JSON. */
export function nativeRequests(signal: Signal): string[] {
  return readFileSync(join(FOLDER, `${signal}.jsonl`), "utf8")
    .trim()
    .split("\n");
}
