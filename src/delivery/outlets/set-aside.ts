import type { Signal } from "../../config/signals.ts";
import type { Outcome } from "../../otlp/outcome.ts";
import { toJson } from "../../printable.ts";
import { appendLine } from "../../state/log.ts";
import type { World } from "../../state/world.ts";

/** The ids of a rejected item. */
export interface Refused {
  signal: Signal;
  sessionId: string;
  destination: string;
  traceId: string;
  spanId: string;
  name: string;
  /** Set for a log record. */
  recordId?: string;
}

/**
 * Records a rejected item in `rejected.jsonl`, without its attributes. `export --rejected` sends it again after a
 * repair.
 */
export function setAside(refused: Refused, outcome: Outcome, { home, nowMs }: World): void {
  const { kind } = outcome;
  const status = "status" in outcome ? outcome.status : undefined;
  const message = "message" in outcome ? outcome.message.slice(0, 500) : undefined;
  const at = new Date(nowMs()).toISOString();
  appendLine(home.rejected, toJson({ at, ...refused, kind, status, message }).trimEnd());
}
