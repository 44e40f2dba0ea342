import type { Outcome } from "../../otlp/outcome.ts";
import type { SignalState } from "../../state/destinations/destination-state.ts";
import type { OutletMemory } from "../../state/position/position.ts";
import { openTrial } from "./refusals.ts";

/** How items of one signal are sent. */
export interface ItemSender<Item> {
  idOf: (item: Item) => string;
  /** Splits items into requests and keeps their order. */
  split: (items: readonly Item[]) => readonly (readonly Item[])[];
  send: (items: readonly Item[]) => Promise<Outcome>;
  /** Called for each item that the backend rejects for good. */
  setAside: (item: Item, outcome: Outcome) => void;
}

/** The result of sending items. Without `trouble`, all items are settled: accepted or set aside. */
export interface Settled {
  accepted: number;
  /** Items that were rejected and set aside, or that the backend accepted and then dropped. */
  rejected: number;
  trouble?: Trouble;
}

/** A failure that stopped the sending. */
export interface Trouble {
  outcome: Outcome;
  /**
   * The backend rejected the items and has accepted nothing since. It is not yet known whether the items or the backend
   * are at fault.
   */
  isDoubt: boolean;
}

/**
 * Sends items in batches. Halves a rejected batch until the bad item is alone in a request, so that one bad item never
 * stops a session. A failure stops the sending; `memory` then holds the ids that need not be sent again.
 */
export async function sendItems<Item>(
  items: readonly Item[],
  sender: ItemSender<Item>,
  memory: OutletMemory,
  signal: SignalState,
): Promise<Settled> {
  const { idOf } = sender;
  const settled: Settled = { accepted: 0, rejected: 0 };
  const taken = new Set(memory.taken);
  const tried = new Set(taken);
  const setAside = (item: Item, outcome: Outcome) => {
    settled.rejected++;
    sender.setAside(item, outcome);
  };
  const trial = openTrial({ memory, signal, idOf, setAside });
  const open = () => items.filter((item) => !tried.has(idOf(item)));

  /** Returns the outcome that stops the sending, or `stop` after too many rejections in a row. */
  async function sendBatch(batch: readonly Item[]): Promise<Outcome | "stop" | undefined> {
    const outcome = await sender.send(batch);
    if (outcome.kind === "success" || outcome.kind === "partial") {
      const rejected = outcome.kind === "partial" ? Math.min(outcome.rejected, batch.length) : 0;
      settled.accepted += batch.length - rejected;
      settled.rejected += rejected;
      for (const item of batch) tried.add(idOf(item));
      // If the backend kept nothing of the request, that is no proof that it works.
      if (rejected < batch.length) trial.accepted();
      return undefined;
    }
    if (outcome.kind !== "refused" && outcome.kind !== "too_large") return outcome;
    if (batch.length === 1) {
      const item = batch[0] as Item;
      tried.add(idOf(item));
      return trial.refusedAlone(item, outcome) ? "stop" : undefined;
    }
    trial.refusedTogether();
    const middle = Math.ceil(batch.length / 2);
    return (await sendBatch(batch.slice(0, middle))) ?? (await sendBatch(batch.slice(middle)));
  }

  async function sendAll(): Promise<Outcome | undefined> {
    for (;;) {
      let stop: Outcome | "stop" | undefined;
      for (const batch of sender.split(open())) {
        stop = await sendBatch(batch);
        if (stop !== undefined) break;
      }
      if (stop !== "stop") return stop;
      // The last item is usually of another kind than the first ones. If the backend accepts it, the rejected items are
      // at fault.
      const witness = open().at(-1);
      if (witness === undefined) return undefined;
      const answer = await sendBatch([witness]);
      if (answer !== undefined) return answer === "stop" ? undefined : answer;
    }
  }

  const outcome = await sendAll();
  const doubt = trial.end();
  // Items that were tried and are not in doubt are settled.
  const doubtful = new Set(memory.refused?.ids);
  memory.taken = [...tried].filter((id) => !doubtful.has(id));
  if (outcome !== undefined) return { ...settled, trouble: { outcome, isDoubt: false } };
  return doubt === undefined ? settled : { ...settled, trouble: { outcome: doubt, isDoubt: true } };
}
