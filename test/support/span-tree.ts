import type { Attributes, Span } from "../../src/telemetry/spans/span.ts";

/**
 * Spans as readable text: trees with times relative to the trace's first span, and all attributes, sorted. Attributes
 * that all spans of a trace share appear once, at the head of the trace.
 */
export function drawSpans(spans: Span[]): string {
  return byTrace(spans).map(drawTrace).join("\n");
}

/** The traces as text, with only their roots and links. */
export function drawTraces(spans: Span[]): string {
  return byTrace(spans)
    .map((trace) => {
      const roots = trace.filter((span) => parentOf(span, trace) === undefined);
      const lines = roots.flatMap((root) => [`  ${root.name} ${root.spanId}`, ...root.links.map(drawLink)]);
      return [`trace ${trace[0]?.traceId}: ${count(trace.length, "span")}`, ...lines, ""].join("\n");
    })
    .join("");
}

export function byTrace(spans: Span[]): Span[][] {
  const traces = new Map<string, Span[]>();
  for (const span of spans) {
    const trace = traces.get(span.traceId);
    if (trace === undefined) traces.set(span.traceId, [span]);
    else trace.push(span);
  }
  return [...traces.values()];
}

function drawTrace(trace: Span[]): string {
  const originMs = Math.min(...trace.map((span) => span.startMs));
  const shared = sharedAttributes(trace);
  const clients = new Set(trace.map((span) => span.clientVersion));
  const client = clients.size === 1 ? [...clients][0] : undefined;
  const head = [
    `trace ${trace[0]?.traceId}: ${count(trace.length, "span")} since ${new Date(originMs).toISOString()}`,
    ...(client === undefined ? [] : [`all: service.version = ${client}`]),
    ...drawAttributes(shared).map((line) => `all: ${line}`),
    "",
  ];
  const lines: string[] = [];
  const visit = (span: Span, depth: number) => {
    const indent = "    ".repeat(depth);
    const versions = clients.size === 1 ? [] : [`service.version = ${span.clientVersion}`];
    lines.push(`${indent}${span.name}`, `${indent}  | ${facts(span, originMs)}`);
    for (const line of versions) lines.push(`${indent}  | ${line}`);
    for (const line of drawAttributes(without(span.attributes, shared))) lines.push(`${indent}  | ${line}`);
    for (const event of span.events) {
      lines.push(`${indent}  | event ${event.name} at ${seconds(event.atMs - originMs)}`);
      for (const line of drawAttributes(event.attributes)) lines.push(`${indent}  |   ${line}`);
    }
    for (const link of span.links) lines.push(`${indent}  |${drawLink(link).slice(3)}`);
    for (const child of trace) if (child.parentSpanId === span.spanId) visit(child, depth + 1);
  };
  for (const span of trace) if (parentOf(span, trace) === undefined) visit(span, 0);
  return [...head, ...lines, ""].join("\n");
}

function facts(span: Span, originMs: number): string {
  const times = `${seconds(span.startMs - originMs)} + ${seconds(span.endMs - span.startMs)}`;
  const error = span.statusMessage === undefined ? "ERROR" : `ERROR (${span.statusMessage})`;
  return [times, span.spanId, span.kind, ...(span.status === "error" ? [error] : [])].join("  ");
}

function drawLink(link: Span["links"][number]): string {
  return `    link ${Object.values(link.attributes).join(" ")} -> trace ${link.traceId} span ${link.spanId}`;
}

function drawAttributes(attributes: Attributes): string[] {
  return Object.keys(attributes)
    .sort()
    .map((key) => `${key} = ${drawValue(attributes[key])}`);
}

/** A value as text. Strings have quotes only if they could be mistaken for another type. */
function drawValue(value: Attributes[string] | undefined): string {
  const isPlain = typeof value === "string" && /^[^\s"]+( [^\s"]+)*$/.test(value) && !isJson(value);
  return isPlain ? value : JSON.stringify(value);
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

function sharedAttributes(trace: Span[]): Attributes {
  const [first, ...others] = trace;
  return Object.fromEntries(
    Object.entries(first?.attributes ?? {}).filter(([key, value]) =>
      others.every((span) => JSON.stringify(span.attributes[key]) === JSON.stringify(value)),
    ),
  );
}

function without(attributes: Attributes, shared: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => !(key in shared)));
}

function parentOf(span: Span, trace: Span[]): Span | undefined {
  return span.parentSpanId === undefined
    ? undefined
    : trace.find((other) => other.spanId === span.parentSpanId);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
