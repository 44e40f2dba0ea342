import type { TraceScope } from "../../choices.ts";
import { describeOutcome, describeSetAside } from "../../otlp/describe.ts";
import { mayHaveArrived, type Outcome } from "../../otlp/outcome.ts";
import type { Sender } from "../../otlp/sender.ts";
import type { Finished } from "../../session/model.ts";
import type { SignalState } from "../../state/destinations/destination-state.ts";
import type { World } from "../../state/world.ts";
import type { ContentPolicy } from "../../telemetry/content/policy.ts";
import type { ExportResult } from "../../telemetry/metrics/health.ts";
import { exportResult } from "./export-result.ts";
import { NOTHING_SETTLED, type Outlet, type OutletSession, type Parcel } from "./outlet.ts";
import { createServerErrors } from "./refusals.ts";
import { type ItemSender, type Settled, sendItems } from "./send-items.ts";
import { type Refused, setAside } from "./set-aside.ts";

/**
 * How far ahead of the clock a time may be. Claude Code dates the output of a local command up to 0.1 s ahead, which
 * backends accept.
 */
export const AHEAD_MS = 1_000;

/** The options of every item signal. */
export interface ItemOptions {
  /** The destination's key, recorded with rejected items. */
  destination: string;
  url: string;
  sender: Sender;
  state: SignalState;
  scope: TraceScope;
  /** Which prompts, answers, commands and file contents may leave. */
  content: ContentPolicy;
  /** `user.id`, if the user chose one. */
  userId?: string;
  /** Sends only the items with these ids. Not set: sends all. */
  only?: ReadonlySet<string>;
  /** Called with the result of each request. Set only if the destination counts requests. */
  onExport?: (result: ExportResult) => void;
}

/** A signal whose items must all be accepted or set aside before the position moves. */
export interface ItemSignal<Item>
  extends Pick<Outlet, "wants">,
    Pick<ItemSender<Item>, "idOf" | "split">,
    Pick<ItemOptions, "destination" | "url" | "state" | "onExport"> {
  signal: "traces" | "logs";
  /** Makes items of finished pieces. No item is dated in the future, because backends drop or misplace such items. */
  make(pieces: readonly Finished[], session: OutletSession, nowMs: number): Item[];
  send(items: readonly Item[]): Promise<Outcome>;
  /** The number of bytes that an item takes in a request. */
  sizeOf(item: Item): number;
  /** Converts items to plain data for another thread, and back. */
  packing?: { pack(items: readonly Item[]): unknown; unpack(packed: unknown): Item[] };
  /** The ids under which a rejected item is found again. */
  refused(item: Item): Omit<Refused, "signal" | "sessionId" | "destination">;
}

/** The items that wait in a parcel. `sent`: the result of a request that the parcel shared with others. */
interface Contents<Item> {
  items: Item[];
  bytes: number;
  sent?: Settled;
}

/** An outlet that sends items of traces or logs. */
export function createItemOutlet<Item>(of: ItemSignal<Item>, world: World): Outlet {
  const { signal, url, destination, state } = of;
  const judge = createServerErrors();
  const contents = new WeakMap<Parcel, Contents<Item>>();

  async function send(batch: readonly Item[]): Promise<Outcome> {
    const startMs = world.nowMs();
    const outcome = await of.send(batch);
    of.onExport?.(exportResult(signal, batch.length, outcome, Math.max(0, world.nowMs() - startMs)));
    if (outcome.kind === "partial") world.log(describeOutcome(outcome, url));
    return outcome;
  }

  function open(session: OutletSession): Parcel {
    const { sessionId } = session;
    const own: Contents<Item> = { items: [], bytes: 0 };
    const add = (items: readonly Item[]) => {
      for (const item of items) {
        own.items.push(item);
        own.bytes += of.sizeOf(item);
      }
    };
    const empty = () => {
      own.items = [];
      own.bytes = 0;
      delete own.sent;
    };
    /** What the current sending has set aside, and the first answer to it. */
    let aside: { outcome: Outcome; items: number } | undefined;
    const sender: ItemSender<Item> = {
      idOf: of.idOf,
      split: of.split,
      send: async (batch) => judge(batch.map(of.idOf), await send(batch)),
      setAside(item, outcome) {
        aside = { outcome: aside?.outcome ?? outcome, items: (aside?.items ?? 0) + 1 };
        setAside({ signal, sessionId, destination, ...of.refused(item) }, outcome, world);
      },
    };
    const parcel: Parcel = {
      take: (pieces) => add(of.make(pieces, session, world.nowMs())),
      get waiting() {
        return { items: own.items.length, bytes: own.bytes };
      },
      async settle(memory) {
        const { sent } = own;
        delete own.sent;
        if (sent?.trouble !== undefined) return sent;
        const settled = sent ?? (await sendItems(own.items, sender, memory, state));
        if (aside !== undefined) world.log(describeSetAside(aside.outcome, url, aside.items));
        aside = undefined;
        if (sent !== undefined) memory.taken = own.items.map(of.idOf);
        if (settled.rejected > 0) state.rejected = (state.rejected ?? 0) + settled.rejected;
        return settled;
      },
      change(memory) {
        empty();
        delete memory.taken;
        return undefined;
      },
      discard: empty,
    };
    const { packing } = of;
    if (packing !== undefined) {
      parcel.pack = () => packing.pack(own.items);
      parcel.unpack = (packed) => add(packing.unpack(packed));
    }
    contents.set(parcel, own);
    return parcel;
  }

  return {
    signal,
    url,
    wants: of.wants,
    open,
    async sendTogether(parcels) {
      const all = parcels
        .flatMap((parcel) => contents.get(parcel) ?? [])
        .filter(({ items }) => items.length > 0);
      const [batch, ...others] = of.split(all.flatMap(({ items }) => items));
      if (batch === undefined || others.length > 0) return batch === undefined ? "accepted" : "apart";
      const outcome = await send(batch);
      if (outcome.kind === "success" || outcome.kind === "partial") {
        let rejected = outcome.kind === "partial" ? outcome.rejected : 0;
        if (rejected < batch.length) state.accepted = (state.accepted ?? 0) + 1;
        for (const one of all) {
          // The backend does not say which items it rejected, so the first parcels get the count.
          const own = Math.min(rejected, one.items.length);
          one.sent = { accepted: one.items.length - own, rejected: own };
          rejected -= own;
        }
        return "accepted";
      }
      const [first] = all;
      const isRefusal = outcome.kind === "refused" || outcome.kind === "too_large";
      if (first !== undefined && !isRefusal)
        first.sent = { ...NOTHING_SETTLED, trouble: { outcome, isDoubt: false } };
      return mayHaveArrived(outcome) ? "unanswered" : "apart";
    },
    flush: async () => ({ isAccepted: false }),
    remembered: () => undefined,
  };
}
