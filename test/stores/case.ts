import { Session, type Store, type Truth } from "../support/store.ts";

/** What a store holds, and what is true of it. */
export interface Case {
  name: string;
  store: Store;
  truth: Partial<Truth> & { unpriced?: number };
}

/** `make` gives the one session that is there, or the store itself. */
export function when(name: string, make: () => Session | Omit<Case, "name">): Case {
  const made = make();
  return { name, store: made instanceof Session ? made.store() : made.store, truth: made.truth };
}
