import type { Outcome } from "../../otlp/outcome.ts";
import type { SignalState } from "../../state/destinations/destination-state.ts";
import type { OutletMemory } from "../../state/position/position.ts";

/**
 * Is it the item or the backend? A refusal (400, 422, 413, or 500 again and again) says either. What decides is whether
 * the backend accepts anything after its trouble began: then it takes items, and what it refused was refused for its own
 * sake. As long as it accepts nothing, nothing is given up: the items wait.
 */
export interface Trial<Item> {
  /** A request with several items was refused; they are sent in smaller ones. */
  refusedTogether(): void;
  /** The item was refused alone in a request. True: it is time to ask for something else, or to stop. */
  refusedAlone(item: Item, outcome: Outcome): boolean;
  /** The backend has accepted a request. */
  accepted(): void;
  /** Ends the trial: the outcome that leaves everything in doubt, or undefined when all is decided. */
  end(): Outcome | undefined;
}

/** So many refused one after the other, and the backend is asked for a witness. */
const MAX_IN_A_ROW = 5;

export function openTrial<Item>(options: {
  memory: OutletMemory;
  signal: SignalState;
  idOf: (item: Item) => string;
  setAside: (item: Item, outcome: Outcome) => void;
}): Trial<Item> {
  const { memory, signal, idOf, setAside } = options;
  let held: { item: Item; outcome: Outcome }[] = [];
  let isTroubled = false;
  /** Something was accepted since the trouble of this trial began. */
  let isProven = false;
  const before = memory.refused;
  const wasRefusedBefore = (item: Item) =>
    before !== undefined && (signal.accepted ?? 0) > before.accepted && before.ids.includes(idOf(item));
  const release = () => {
    for (const { item, outcome } of held) setAside(item, outcome);
    held = [];
  };
  return {
    refusedTogether() {
      isTroubled = true;
    },
    refusedAlone(item, outcome) {
      isTroubled = true;
      if (wasRefusedBefore(item)) setAside(item, outcome);
      else held.push({ item, outcome });
      return held.length >= MAX_IN_A_ROW;
    },
    accepted() {
      signal.accepted = (signal.accepted ?? 0) + 1;
      isProven ||= isTroubled;
      release();
    },
    end() {
      if (isProven && held.length < MAX_IN_A_ROW) release();
      const [first] = held;
      if (first === undefined) {
        delete memory.refused;
        return undefined;
      }
      memory.refused = { ids: held.map(({ item }) => idOf(item)), accepted: signal.accepted ?? 0 };
      return first.outcome;
    },
  };
}

/** A 5xx that no retry rule covers counts as a refusal when the same batch has met it so often. */
const SERVER_ERRORS_THAT_REFUSE = 5;

/**
 * Turns a server error into a refusal when the same batch has met it five times. Its halves have no five attempts of
 * their own. Lives as long as the process.
 */
export function createServerErrors(): (ids: readonly string[], outcome: Outcome) => Outcome {
  const counts = new Map<string, number>();
  const suspects = new Set<string>();
  return (ids, outcome) => {
    if (outcome.kind !== "server_error") return outcome;
    const first = ids[0] as string;
    const count = (counts.get(first) ?? 0) + 1;
    counts.set(first, count);
    if (count >= SERVER_ERRORS_THAT_REFUSE) for (const id of ids) suspects.add(id);
    return ids.every((id) => suspects.has(id)) ? { ...outcome, kind: "refused" } : outcome;
  };
}
