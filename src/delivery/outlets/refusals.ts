import type { Outcome } from "../../otlp/outcome.ts";
import type { SignalState } from "../../state/destinations/destination-state.ts";
import type { OutletMemory } from "../../state/position/position.ts";

/**
 * Decides whether the items or the backend caused a rejection (400, 422, 413, or a repeated 500). If the backend
 * accepts anything after the trouble began, it works, and the rejected items are at fault. As long as it accepts
 * nothing, no item is set aside: all items wait.
 */
interface Trial<Item> {
  /** The backend rejected a request with several items. They are sent again in smaller requests. */
  refusedTogether(): void;
  /**
   * The backend rejected a request with this item alone. Returns true when the caller should send another kind of item
   * or stop.
   */
  refusedAlone(item: Item, outcome: Outcome): boolean;
  /** The backend accepted a request. */
  accepted(): void;
  /** Ends the trial. Returns the outcome that leaves items in doubt, or undefined if none is in doubt. */
  end(): Outcome | undefined;
}

/** After this many rejections in a row, another item is sent to test the backend. */
const MAX_IN_A_ROW = 5;

/**
 * Starts the trial of one sending. `memory`: what earlier trials of the session have left in doubt. `setAside`: called
 * for each item that is at fault.
 */
export function openTrial<Item>(options: {
  memory: OutletMemory;
  signal: SignalState;
  idOf: (item: Item) => string;
  setAside: (item: Item, outcome: Outcome) => void;
}): Trial<Item> {
  const { memory, signal, idOf, setAside } = options;
  let held: { item: Item; outcome: Outcome }[] = [];
  let isTroubled = false;
  /** Whether the backend accepted anything since the trouble of this trial began. */
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

/** After this many 5xx answers for the same batch, a 5xx without a retry rule counts as a rejection. */
const SERVER_ERRORS_THAT_REFUSE = 5;

/**
 * Returns a function that turns a server error into a rejection when the same batch has met it five times. The halves
 * of that batch then need no five attempts of their own. The counts live as long as the process.
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
