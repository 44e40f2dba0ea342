/** Reads and writes the `k=v,k2=v2` form of `OTEL_EXPORTER_OTLP_HEADERS` and `OTEL_RESOURCE_ATTRIBUTES`. */

/** Writes pairs. Percent-encodes the characters that a value must not contain (commas, spaces, percent signs, …). */
export function formatPairs(pairs: Iterable<readonly [name: string, value: string]>): string {
  return [...pairs].map(([name, value]) => `${name}=${encodeValue(value)}`).join(",");
}

/** Sets pairs in an existing text. Keeps its other pairs as they are. */
export function withPairs(text: string, pairs: Iterable<readonly [name: string, value: string]>): string {
  const added = new Map(pairs);
  const kept = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "" && !added.has(part.slice(0, part.indexOf("=")).trim()));
  return [...kept, ...(added.size > 0 ? [formatPairs(added)] : [])].join(",");
}

/**
 * Keeps the baggage octets of W3C Baggage, since both forms follow it. Encodes the percent sign, which starts an
 * escape.
 */
function encodeValue(value: string): string {
  return value.replace(/[^\x21\x23\x24\x26-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]/gu, (char) =>
    encodeURIComponent(/\p{Surrogate}/u.test(char) ? "\uFFFD" : char),
  );
}
