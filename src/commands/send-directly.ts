import type { Home } from "../bridge/home.ts";
import type { Prepared } from "../bridge/prepare.ts";
import { splitSpans } from "../otlp/batches.ts";
import type { Outcome } from "../otlp/outcome.ts";
import { createSender } from "../otlp/sender.ts";
import { createReadable } from "../telemetry/readable.ts";
import { VERSION } from "../version.ts";
import { sessionOptionsOf, spansOfSession } from "./spans-of-session.ts";

export interface ExportResult {
  sessions: number;
  spansSent: number;
  spansRejected: number;
  failure?: { outcome: Outcome; endpoint: string };
}

/** Sends everything that the sessions hold, without remembering what was sent. */
export async function exportSessions(request: {
  home: Home;
  sessions: { sessionId: string; path: string }[];
  prepared: Prepared;
  resend: boolean;
  countMetrics: boolean;
  onProgress?: (progress: { done: number; total: number; doneBytes: number; totalBytes: number }) => void;
}): Promise<ExportResult> {
  const { sessions, prepared } = request;
  const { config } = prepared;
  const sender = createSender(prepared.sender);
  const endpoint = prepared.sender.traces?.url ?? "";
  const toReadable = createReadable({
    serviceName: config.serviceName,
    distroVersion: VERSION,
    extra: config.resourceAttributes,
  });
  const result: ExportResult = { spansSent: 0, spansRejected: 0, sessions: 0 };
  try {
    for (const session of sessions) {
      for (const spans of spansOfSession(session, config, sessionOptionsOf(config), { goesOn: false })) {
        for (const batch of splitSpans(spans.map(toReadable))) {
          const outcome = await sender.sendSpans(batch);
          if (outcome.kind !== "success" && outcome.kind !== "partial")
            return { ...result, failure: { outcome, endpoint } };
          const rejected = outcome.kind === "partial" ? outcome.rejected : 0;
          result.spansSent += batch.length - rejected;
          result.spansRejected += rejected;
        }
      }
      result.sessions++;
    }
    return result;
  } finally {
    await sender.shutdown();
  }
}
