// The spans that a backfill of the lab's transcripts would send, and a comparison with those received live.

import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { expect } from "vitest";
import { decodeTraces } from "../../../src/collector/collector.ts";
import { sessionOptions } from "../../../src/delivery/destination.ts";
import { exportSessions } from "../../../src/delivery/export/export-sessions.ts";
import { prepare } from "../../../src/delivery/load/load.ts";
import { readSession } from "../../../src/files/read-session.ts";
import { newReadState } from "../../../src/files/read-state.ts";
import { instanceId } from "../../../src/state/instance-id.ts";
import { createReadable } from "../../../src/telemetry/spans/readable.ts";
import { toSpans } from "../../../src/telemetry/spans/spans.ts";
import type { TraceContext } from "../../../src/telemetry/spans/trace-context.ts";
import { VERSION } from "../../../src/version.ts";
import { usualName } from "../../../test/support/span-names.ts";

import { type WholeSpan, wholeSpans } from "./backend.ts";
import type { Lab } from "./lab.ts";

/** Facts about a session that only hooks receive. */
export type HookContext = Pick<TraceContext, "inboundAt" | "interactions">;

export interface Expectations extends HookContext {
  /** Lines that the worker may write to its log. */
  log?: RegExp;
  /** The client does not request every reply of the script. */
  isScriptLeft?: boolean;
}

/** The spans of all transcripts from beginning to end, as decoded from OTLP. */
export async function backfill(lab: Lab, hookContext: HookContext = {}): Promise<WholeSpan[]> {
  const { config, content, ...rest } = await prepared(lab);
  const options = sessionOptions({ config, content, ...rest });
  const { traceScope: scope, dialect, serviceName, resourceAttributes: extra } = config;
  const serviceInstanceId = instanceId(lab.home);
  const toReadable = createReadable({
    serviceName,
    serviceInstanceId,
    distroVersion: VERSION,
    extra,
    dialect,
  });
  // Traces are not split into parts if their parent is a span of another program.
  const session = hookContext.inboundAt === undefined ? options : { ...options, maxSpansPerTrace: Infinity };
  const spans = lab.sessions().flatMap(({ sessionId, path }) => {
    const pieces = [...readSession(path, newReadState(sessionId), { quiet: true, ended: true, session })];
    return toSpans(pieces.flat(), { scope, content, dialect, sessionId, ...hookContext });
  });
  const message = ProtobufTraceSerializer.serializeRequest(spans.map(toReadable));
  return decodeTraces(message ?? new Uint8Array()).flatMap(wholeSpans);
}

/**
 * Waits for the live delivery and compares it with a backfill: the same spans, none missing, none twice. Then nothing
 * is left to send, the inbox is empty, and the log has no errors.
 */
export async function expectDelivered(
  lab: Lab,
  { log = /^$/, isScriptLeft = false, ...hookContext }: Expectations = {},
): Promise<WholeSpan[]> {
  await lab.delivered();
  const wanted = await backfill(lab, hookContext);
  const { spans } = lab.backend;
  expect(sorted(spans).map(title)).toEqual(sorted(wanted).map(title));
  expect(sorted(spans)).toEqual(sorted(wanted));
  expectTrees(spans);
  expect((await exportRest(lab)).spansSent).toBe(0);
  expect(lab.log()).toMatch(log);
  if (!isScriptLeft) expect(lab.api.unused()).toEqual([]);
  return spans;
}

/** `ccotel export --all`, which shares its positions with the live delivery. */
export async function exportRest(lab: Lab) {
  return exportSessions({
    home: lab.home,
    sessions: lab.sessions(),
    prepared: await prepared(lab),
    resend: false,
    countMetrics: false,
  });
}

/** The outcomes of the turns, in order. */
export function outcomes(spans: readonly WholeSpan[]): unknown[] {
  return spans
    .filter(({ name }) => usualName(name) === "invoke_agent claude-code")
    .sort((a, b) => Number(a.startNs - b.startNs))
    .map(({ attributes }) => attributes["ccotel.turn.outcome"]);
}

function prepared(lab: Lab) {
  const env = { CLAUDE_CONFIG_DIR: lab.configDir, CCOTEL_HOME: lab.home.root };
  return prepare({ env, homeDir: lab.folder, otelFromEnvironment: false, userAgent: "ccotel-test" });
}

function sorted(spans: readonly WholeSpan[]): WholeSpan[] {
  return spans.toSorted((a, b) => (title(a) < title(b) ? -1 : 1));
}

function title({ traceId, spanId, name }: WholeSpan): string {
  return `${traceId} ${spanId} ${name}`;
}

/** Expects every parent in the same trace. Only a session span may have a parent from another program. */
function expectTrees(spans: readonly WholeSpan[]): void {
  const known = new Set(spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`));
  const lost = spans.filter(
    ({ name, traceId, parentSpanId }) =>
      usualName(name) !== "claude_code.session" &&
      parentSpanId !== "" &&
      !known.has(`${traceId} ${parentSpanId}`),
  );
  expect(lost.map(title)).toEqual([]);
}
