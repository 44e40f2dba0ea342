/** Reads ids and counts from OTLP requests in protobuf, with only the wire format. */

/** Calls `onSpan` with the id (16 hex digits) of each span of an ExportTraceServiceRequest. */
export function eachSpanId(request: Uint8Array, onSpan: (spanId: string) => void): void {
  // resource_spans = 1, scope_spans = 2, spans = 2, span_id = 2.
  eachField(request, 1, (resourceSpans) =>
    eachField(resourceSpans, 2, (scopeSpans) =>
      eachField(scopeSpans, 2, (span) =>
        eachField(span, 2, (id) => onSpan(Buffer.from(id.buffer, id.byteOffset, id.length).toString("hex"))),
      ),
    ),
  );
}

/** The number of data points in an ExportMetricsServiceRequest. */
export function countPoints(request: Uint8Array): number {
  let points = 0;
  // resource_metrics = 1, scope_metrics = 2, metrics = 2; gauge = 5, sum = 7, histogram = 9, each with data_points = 1.
  eachField(request, 1, (resourceMetrics) =>
    eachField(resourceMetrics, 2, (scopeMetrics) =>
      eachField(scopeMetrics, 2, (metric) => {
        for (const kind of [5, 7, 9]) {
          eachField(metric, kind, (data) => eachField(data, 1, () => points++));
        }
      }),
    ),
  );
  return points;
}

/** Calls `onField` with the value of each length-delimited field with this number. */
function eachField(message: Uint8Array, number: number, onField: (value: Uint8Array) => void): void {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at++];
      if (byte === undefined) throw new Error("The message ends too early.");
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    switch (key & 7) {
      case 0:
        varint();
        break;
      case 1:
        at += 8;
        break;
      case 2: {
        const length = varint();
        if (key >>> 3 === number) onField(message.subarray(at, at + length));
        at += length;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        throw new Error(`There is no wire type ${key & 7}.`);
    }
  }
}
