import type { Span } from "../../telemetry/spans/span.ts";

/**
 * One event of the Trace Event Format, which Perfetto, the Firefox Profiler and speedscope read. Times: microseconds.
 */
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
 * Converts spans to pairs of asynchronous events. Each span has its own id, so that overlapping calls are shown side by
 * side. `pid`: a number for the session. `threads`: the thread of each trace, extended in place.
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

/** The event that names a session's process. */
export function sessionEvent(name: string, pid: number): TraceEvent {
  return named("process_name", name, { pid, tid: 0 });
}

function named(what: string, name: string, place: { pid: number; tid: number }): TraceEvent {
  return { ph: "M", name: what, ...place, args: { name } };
}

/** The first word of a span's name, which is its kind: `chat`, `execute_tool`, `invoke_agent`. */
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
