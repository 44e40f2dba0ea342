import type { Span } from "../telemetry/spans/span.ts";

/** One event of the Trace Event Format, as Perfetto, the Firefox Profiler and speedscope read it. Times are microseconds. */
export interface TraceEvent {
  ph: "b" | "e" | "n" | "M";
  name: string;
  cat?: string;
  id?: string;
  ts?: number;
  pid: number;
  tid: number;
  args?: Record<string, unknown>;
}

/**
 * Spans as pairs of asynchronous events with an id each, so that calls which overlap stand beside each other. `pid`: a
 * number for the session; each trace of it is a thread.
 */
export function traceEvents(spans: readonly Span[], pid: number, threads: Map<string, number>): TraceEvent[] {
  return spans.flatMap((span) => {
    const known = threads.get(span.traceId);
    const tid = known ?? threads.size + 1;
    threads.set(span.traceId, tid);
    const place = { pid, tid };
    const event = { cat: categoryOf(span), id: span.spanId, name: span.name, ...place };
    return [
      ...(known === undefined ? [named("thread_name", `trace ${span.traceId.slice(0, 8)}`, place)] : []),
      { ph: "b", ...event, ts: micro(span.startMs), args: { ...span.attributes, ...failureOf(span) } },
      ...span.events.map(
        ({ name, atMs, attributes }): TraceEvent => ({
          ph: "n",
          ...event,
          name,
          ts: micro(atMs),
          args: attributes,
        }),
      ),
      { ph: "e", ...event, ts: micro(span.endMs) },
    ] satisfies TraceEvent[];
  });
}

/** Names the process that stands for a session. */
export function sessionEvent(name: string, pid: number): TraceEvent {
  return named("process_name", name, { pid, tid: 0 });
}

function named(what: string, name: string, place: { pid: number; tid: number }): TraceEvent {
  return { ph: "M", name: what, ...place, args: { name } };
}

/** The first word of a span's name says what it is: `chat`, `execute_tool`, `invoke_agent`. */
function categoryOf({ name }: Span): string {
  return name.split(" ", 1)[0] ?? name;
}

function failureOf({ status, statusMessage }: Span): Record<string, unknown> {
  if (status !== "error") return {};
  return { status, ...(statusMessage === undefined ? {} : { message: statusMessage }) };
}

function micro(ms: number): number {
  return Math.round(ms * 1000);
}
