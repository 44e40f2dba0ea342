/**
 * Returns a map with string keys that can be saved as JSON: an object without a prototype, so that `constructor` and
 * `__proto__` are ordinary keys. `JSON.parse` returns plain objects, so pass loaded data through this function again.
 */
export function dict<T>(entries?: Readonly<Record<string, T>>): Record<string, T> {
  return Object.assign(Object.create(null), entries) as Record<string, T>;
}
