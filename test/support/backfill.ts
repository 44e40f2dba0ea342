import { startCollector } from "../../src/collector/collector.ts";
import { exportSessions } from "../../src/delivery/export/export-sessions.ts";
import { prepare } from "../../src/delivery/load/load.ts";
import { type Lab, labIn, type Spans, union } from "./lab.ts";

let count = 0;

/** Exports finished transcripts from a machine that has sent nothing yet. Returns the spans sent, by span id. */
export async function backfill(machine: Lab, sessionIds: string[]): Promise<Spans> {
  const { url, requests, close } = await startCollector();
  try {
    const { home } = labIn(`${machine.folder}/backfill-${count++}`, url);
    const env = { CCOTEL_ENDPOINT: url, CCOTEL_METRICS: "off", CLAUDE_CONFIG_DIR: machine.claude };
    const homeDir = machine.folder;
    const prepared = await prepare({ env, otelFromEnvironment: false, userAgent: "test", homeDir });
    const sessions = sessionIds.map((sessionId) => ({ sessionId, path: machine.transcript(sessionId) }));
    const result = await exportSessions({ home, sessions, prepared, resend: false, countMetrics: false });
    if (result.failure !== undefined)
      throw new Error(`The backfill failed: ${JSON.stringify(result.failure)}`);
    return union(requests);
  } finally {
    await close();
  }
}
