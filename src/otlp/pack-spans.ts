import type { EncodedSpan, SpanHead } from "./encode-spans.ts";

/** Encoded spans as plain data in one piece of memory, which can go to another thread without a copy of each span. */
interface PackedSpans {
  bytes: Uint8Array;
  heads: SpanHead[];
  spans: { traceId: string; spanId: string; name: string; head: number; length: number }[];
}

/** Packs and unpacks spans. Equal heads become one object, even if they come from several threads. */
export function spanPacking() {
  const known = new Map<string, SpanHead>();
  return {
    pack(spans: readonly EncodedSpan[]): PackedSpans {
      const heads = [...new Set(spans.map(({ head }) => head))];
      return {
        // A copy outside Node's shared pool, because the whole pool would go to the other thread.
        bytes: Uint8Array.from(Buffer.concat(spans.map(({ bytes }) => bytes))),
        heads: heads.map(({ resource, scope, scopeSchema, resourceSchema }) => ({
          resource: Uint8Array.from(resource),
          scope: Uint8Array.from(scope),
          scopeSchema: Uint8Array.from(scopeSchema),
          resourceSchema: Uint8Array.from(resourceSchema),
        })),
        spans: spans.map(({ traceId, spanId, name, head, bytes }) => ({
          traceId,
          spanId,
          name,
          head: heads.indexOf(head),
          length: bytes.length,
        })),
      };
    },
    unpack(packed: unknown): EncodedSpan[] {
      const { bytes, heads, spans } = packed as PackedSpans;
      const shared = heads.map((head) => {
        const { resource, scope, scopeSchema, resourceSchema } = head;
        const key = [resource, scope, scopeSchema, resourceSchema].map((part) => part.join()).join(";");
        const same = known.get(key) ?? head;
        known.set(key, same);
        return same;
      });
      let at = 0;
      return spans.map(({ head, length, ...names }) => {
        const own = bytes.subarray(at, at + length);
        at += length;
        return { ...names, head: shared[head] as SpanHead, bytes: own };
      });
    },
  };
}
