import { join } from "node:path";
import { freePort, type Running, start } from "../programs.ts";
import { type Jaeger, jaegerApi } from "./jaeger.ts";

/** VictoriaTraces has Jaeger's query API. */
export interface VictoriaTraces extends Running, Pick<Jaeger, "services" | "spans" | "spansOf"> {
  /** Its OTLP endpoint. */
  url: string;
}

export async function startVictoriaTraces(): Promise<VictoriaTraces> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const running = await start(
    "victoria-traces",
    (folder) => [
      `-httpListenAddr=127.0.0.1:${port}`,
      `-storageDataPath=${join(folder, "data")}`,
      // The recordings are old.
      "-retentionPeriod=10y",
    ],
    async () => (await fetch(`${base}/health`)).ok,
  );
  return { ...running, url: `${base}/insert/opentelemetry`, ...jaegerApi(`${base}/select/jaeger/api`) };
}
