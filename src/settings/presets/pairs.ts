/** The `k=v,k2=v2` form of `OTEL_EXPORTER_OTLP_HEADERS` and `OTEL_RESOURCE_ATTRIBUTES`. */

/** Writes pairs; what cannot stand in a value as it is (commas, spaces, percent signs, …) is percent-encoded. */
export function formatPairs(pairs: Iterable<readonly [name: string, value: string]>): string {
  return [...pairs].map(([name, value]) => `${name}=${encodeValue(value)}`).join(",");
}

/** The pairs of a text with some set anew; what is in there besides stays as it is written. */
export function withPairs(text: string, pairs: Iterable<readonly [name: string, value: string]>): string {
  const added = new Map(pairs);
  const kept = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "" && !added.has(part.slice(0, part.indexOf("=")).trim()));
  return [...kept, ...(added.size > 0 ? [formatPairs(added)] : [])].join(",");
}

// The baggage octets of W3C Baggage, which both forms are read as, without the percent sign that starts an escape.
function encodeValue(value: string): string {
  return value.replace(/[^\x21\x23\x24\x26-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]/gu, (char) =>
    encodeURIComponent(/\p{Surrogate}/u.test(char) ? "\uFFFD" : char),
  );
}
