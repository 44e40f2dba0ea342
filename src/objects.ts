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

/** An object whose properties are either missing or have a value, instead of being undefined. */
type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Returns the object without undefined values, for types whose optional properties are never undefined. */
export function defined<T extends object>(entries: T): Defined<T> {
  const kept: Partial<T> = {};
  for (const key in entries) if (entries[key] !== undefined) kept[key] = entries[key];
  return kept as unknown as Defined<T>;
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
