/**
 * At most `limit` of these attributes, and how many were dropped. Those in `firstToGo` are dropped first, in that
 * order, then ccotel's own, then names of the conventions, of native telemetry and of vendors.
 */
export function attributesWithin<V>(
  attributes: Readonly<Record<string, V>>,
  limit: number,
  firstToGo: readonly string[],
): { attributes: Record<string, V>; dropped: number } {
  const keys = Object.keys(attributes);
  const over = keys.length - limit;
  if (over <= 0) return { attributes, dropped: 0 };
  const others = keys.filter((key) => !firstToGo.includes(key)).reverse();
  const isOwn = (key: string) => key.startsWith("ccotel.");
  const candidates = [
    ...firstToGo.filter((key) => key in attributes),
    ...others.filter(isOwn),
    ...others.filter((key) => !isOwn(key)),
  ];
  const gone = new Set(candidates.slice(0, over));
  return {
    attributes: Object.fromEntries(Object.entries(attributes).filter(([key]) => !gone.has(key))),
    dropped: over,
  };
}
