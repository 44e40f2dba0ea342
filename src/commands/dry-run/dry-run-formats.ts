import type { Config } from "../../config/load.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import { defaultLimits, splitSpans } from "../../otlp/batches.ts";
import { createSpanEncoder } from "../../otlp/encode-spans.ts";
import { printableJson } from "../../printable.ts";
import { sessionEvent, type TraceEvent, traceEvents } from "../../report/json/chrome-trace.ts";
import { createReadable } from "../../telemetry/spans/readable.ts";
import type { Span } from "../../telemetry/spans/span.ts";
import { VERSION } from "../../version.ts";
import type { DryRunFormatName } from "./format.ts";
import { toOtlpJsonLine } from "./otlp-json.ts";

/** How a dry run writes its spans. Each string is written as it is. */
export interface DryRunFormat {
  /** How many spans to collect before writing them. */
  batch: number;
  /** Returns the text before all spans. */
  begin(): string;
  spans(spans: readonly Span[], session: FoundSession): Iterable<string>;
  /** Returns the text after all spans. */
  end(): string;
}

/** Creates a format. The configuration sets the resource, the dialect and the GenAI conventions of OTLP. */
export function createFormat(name: DryRunFormatName, config: Config): DryRunFormat {
  return name === "otlp-json" ? otlpJson(config) : chromeTrace();
}

/** The OTLP File format: one JSON object a line, with as many spans as one request would hold. */
function otlpJson({ serviceName, resourceAttributes, dialect, semconv }: Config): DryRunFormat {
  const facts = { serviceName, distroVersion: VERSION, extra: resourceAttributes, dialect, semconv };
  const encode = createSpanEncoder(facts);
  const toReadable = createReadable(facts);
  return {
    batch: defaultLimits.maxItems,
    begin: () => "",
    *spans(spans) {
      // A line holds what a request would hold, so split by the size of the request.
      const sized = spans.map((span) => ({ span, ...encode(span) }));
      for (const batch of splitSpans(sized)) yield toOtlpJsonLine(batch.map(({ span }) => toReadable(span)));
    },
    end: () => "",
  };
}

/** One JSON array for Perfetto and similar viewers, one event a line. */
function chromeTrace(): DryRunFormat {
  const sessions = new Map<string, { pid: number; threads: Map<string, number> }>();
  let written = 0;
  const line = (event: TraceEvent) =>
    `${written++ === 0 ? "" : ",\n"}${printableJson(JSON.stringify(event))}`;
  return {
    batch: 1000,
    begin: () => "[\n",
    *spans(spans, { sessionId }) {
      const known = sessions.get(sessionId);
      const place = known ?? { pid: sessions.size + 1, threads: new Map() };
      sessions.set(sessionId, place);
      if (known === undefined) yield line(sessionEvent(`session ${sessionId}`, place.pid));
      yield traceEvents(spans, place.pid, place.threads).map(line).join("");
    },
    end: () => "\n]\n",
  };
}
