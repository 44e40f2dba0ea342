import type { TraceScope } from "../choices.ts";
import { describeOutcome } from "../otlp/describe.ts";
import type { Outcome } from "../otlp/outcome.ts";
import type { Sender } from "../otlp/sender.ts";
import type { Finished } from "../session/model.ts";
import type { SignalState } from "../state/destinations/destination-state.ts";
import type { World } from "../state/world.ts";
import type { ContentPolicy } from "../telemetry/content/policy.ts";
import type { Outlet, OutletSession } from "./outlet.ts";
import { createServerErrors } from "./refusals.ts";
import { type ItemSender, sendItems } from "./send-items.ts";
import { type Refused, setAside } from "./set-aside.ts";

/** The client dates what a local command prints a tenth of a second ahead; that is no future to a backend. */
export const AHEAD_MS = 1_000;

/** What every such signal is made with. */
export interface ItemOptions {
  /** The destination's key, by which what it refused is found again. */
  destination: string;
  url: string;
  sender: Sender;
  state: SignalState;
  scope: TraceScope;
  /** What of prompts, answers, commands and files leaves. */
  content: ContentPolicy;
  /** Ids of the only items to send, when not all of them are wanted. */
  only?: ReadonlySet<string>;
}

/** A signal each of whose items must have been accepted or set aside before the position moves. */
export interface ItemSignal<Item>
  extends Pick<Outlet, "wants">,
    Pick<ItemSender<Item>, "idOf" | "split">,
    Pick<ItemOptions, "destination" | "url" | "state"> {
  signal: "traces" | "logs";
  /** Finished pieces → items. Nothing of them is later than now: backends drop or misplace what is of the future. */
  make(pieces: readonly Finished[], session: OutletSession, nowMs: number): Item[];
  send(items: readonly Item[]): Promise<Outcome>;
  /** What an item that was refused is found by. */
  refused(item: Item): Omit<Refused, "signal" | "sessionId" | "destination">;
}

export function createItemOutlet<Item>(of: ItemSignal<Item>, world: World): Outlet {
  const { signal, url, destination, state } = of;
  const judge = createServerErrors();
  let gathered: Item[] = [];
  let sessionId = "";
  const items: ItemSender<Item> = {
    idOf: of.idOf,
    split: of.split,
    async send(batch) {
      const outcome = await of.send(batch);
      if (outcome.kind === "partial") world.log(describeOutcome(outcome, url));
      return judge(batch.map(of.idOf), outcome);
    },
    setAside(item, outcome) {
      setAside({ signal, sessionId, destination, ...of.refused(item) }, outcome, world);
    },
  };
  return {
    signal,
    url,
    wants: of.wants,
    take(pieces, session) {
      sessionId = session.sessionId;
      for (const item of of.make(pieces, session, world.nowMs())) gathered.push(item);
    },
    get pending() {
      return gathered.length;
    },
    async settle(memory) {
      const settled = await sendItems(gathered, items, memory, state);
      if (settled.rejected > 0) state.rejected = (state.rejected ?? 0) + settled.rejected;
      return settled;
    },
    change(_, memory) {
      gathered = [];
      delete memory.taken;
      return undefined;
    },
    discard() {
      gathered = [];
    },
    flush: async () => ({ isAccepted: false }),
    remembered: () => undefined,
  };
}
