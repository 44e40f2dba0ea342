/**
 * A map with texts for keys that can be saved as JSON: an object without a prototype, so that `constructor`, `__proto__`
 * and their like are keys as any other. `JSON.parse` makes plain objects, so what was saved passes through here again.
 */
export function dict<T>(entries?: Readonly<Record<string, T>>): Record<string, T> {
  return Object.assign(Object.create(null), entries) as Record<string, T>;
}
