import type { Summary } from "../../session/sums/summary.ts";
import { wholeMicros } from "../../stats/whole-micros.ts";
import type { Span } from "../../telemetry/spans/span.ts";
import type { SpanTexts } from "../span-texts.ts";
import { totalsOf } from "../totals.ts";
import { iso, maybeMicroUsd } from "./values.ts";

/** Version of the JSON. It increases when a field changes its meaning or is removed. */
const SCHEMA = 1;

/**
 * A session as one JSON value: its spans nested by parent, and the totals. Times are ISO text, durations milliseconds;
 * the costs of the totals are there in whole micro-dollars, too, as in `statsJson`. `texts`: the texts of spans, by
 * span id.
 */
export function sessionJson(
  session: { sessionId: string; path: string },
  spans: readonly Span[],
  summary: Summary,
  texts: ReadonlyMap<string, SpanTexts>,
) {
  const nodes = new Map(
    spans.map((span) => [span.traceId + span.spanId, jsonOf(span, texts.get(span.spanId))]),
  );
  const roots: SpanJson[] = [];
  for (const span of spans) {
    const node = nodes.get(span.traceId + span.spanId) as SpanJson;
    const parent = nodes.get(span.traceId + (span.parentSpanId ?? ""));
    (parent?.children ?? roots).push(node);
  }
  return { schema: SCHEMA, ...session, spans: roots, totals: totalsJson(summary) };
}

function totalsJson(summary: Summary) {
  const totals = totalsOf(summary);
  const costs = wholeMicros(totals.models.map(({ costUsd = 0 }) => costUsd));
  return {
    ...totals,
    costMicroUsd: maybeMicroUsd(totals.costUsd),
    hiddenMicroUsd: maybeMicroUsd(totals.hiddenUsd),
    models: totals.models.map((model, at) =>
      model.costUsd === undefined ? model : { ...model, costMicroUsd: costs[at] },
    ),
  };
}

interface SpanJson {
  name: string;
  about?: string;
  error?: string;
  traceId: string;
  spanId: string;
  start: string;
  durationMs: number;
  status: Span["status"];
  attributes: Span["attributes"];
  events: { name: string; at: string; attributes: Span["attributes"] }[];
  links: Span["links"];
  children: SpanJson[];
}

function jsonOf(span: Span, texts: SpanTexts | undefined): SpanJson {
  return {
    name: span.name,
    ...texts,
    traceId: span.traceId,
    spanId: span.spanId,
    start: iso(span.startMs),
    durationMs: span.endMs - span.startMs,
    status: span.status,
    attributes: span.attributes,
    events: span.events.map(({ name, atMs, attributes }) => ({
      name,
      at: iso(atMs),
      attributes,
    })),
    links: span.links,
    children: [],
  };
}
