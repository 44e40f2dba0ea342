import { Session, type Store, type Truth } from "../support/transcripts/store.ts";

/** A store and its true counts. */
export interface Case {
  name: string;
  store: Store;
  truth: Partial<Truth> & { unpriced?: number };
}

/** A case of this name. `make` returns its only session, or the store itself. */
export function when(name: string, make: () => Session | Omit<Case, "name">): Case {
  const made = make();
  return { name, store: made instanceof Session ? made.store() : made.store, truth: made.truth };
}
