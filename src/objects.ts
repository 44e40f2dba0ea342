/** Returns whether a value from JSON is an object, not null and not an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the value of a JSON text. Undefined if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns the object without undefined values, for types whose keys are either missing or have a value. */
export function defined<T extends object>(entries: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept = Object.entries(entries).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/**
 * Returns an empty object with room for many properties. If more than a dozen are added to `{}` by computed names, V8
 * turns it into a hash table, and it takes three times as long to fill and to read.
 */
export function roomy<T extends object>(): T {
  return new Roomy() as T;
}

/** V8 reserves room for what the constructor may assign, whether it does or not. */
const Roomy = function (this: Record<string, undefined>, isFull?: boolean) {
  if (!isFull) return;
  this.a = this.b = this.c = this.d = this.e = this.f = this.g = this.h = undefined;
  this.i = this.j = this.k = this.l = this.m = this.n = this.o = this.p = undefined;
  this.q = this.r = this.s = this.t = this.u = this.v = this.w = this.x = undefined;
} as unknown as new (
  isFull?: boolean,
) => object;
Roomy.prototype = Object.prototype;
// After a few objects, V8 gives up the room that none of them has used. So one of them is full.
new Roomy(true);
