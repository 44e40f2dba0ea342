import type { Store, Truth } from "../support/store.ts";

/** What a store holds, and what is true of it. */
export interface Case {
  name: string;
  store: Store;
  truth: Partial<Truth> & { unpriced?: number };
}

export function when(name: string, make: () => Omit<Case, "name">): Case {
  return { name, ...make() };
}
