import { readSession } from "../files/read-session.ts";
import type { FileFacts } from "../session/finish/finish.ts";
import type { SessionOptions } from "../session/options.ts";
import type { HookFacts } from "../state/position/hook-facts.ts";
import { deliveredOf, memoryOf, positionChange } from "../state/position/position.ts";
import { beginReplay, takeNew } from "../state/position/watermark.ts";
import type { World } from "../state/world.ts";
import type { Destination } from "./destination.ts";
import type { OutletSession } from "./outlets/outlet.ts";
import type { ReadElsewhere, Reading, SessionToDeliver, Watch } from "./reading.ts";
import { openSettling } from "./settling.ts";

/**
 * After this many items, they are sent before reading continues. A request holds 512, so the rest of the last turn
 * rarely needs a second request.
 */
const COMMIT_ITEMS = 400;

/**
 * A session that is over may be resumed. If its file is at most this large, its rows are then looked up in the file
 * itself.
 */
const SOON_READ_BYTES = 8_000_000;

/** Opens a reading of what is new in a session for a destination. Changes the position in place. */
export function openReading(
  { hook, position, files, copies = [], isFollowed = false }: SessionToDeliver,
  facts: FileFacts,
  destination: Destination,
  world: World,
  watch: Watch,
): Reading {
  const offsetBefore = position.read.main?.offset;
  const { sessionId } = position.read.session;
  const parcels = openParcels(destination, { sessionId, hook });
  let isDirty = false;
  const pieces = readSession(position.path, position.read, {
    ...facts,
    session: readOptions(hook, destination.session),
    copies,
    ...files.reading,
    peek: (id) => watch.peek?.(id) ?? files.reading.peek(id),
    onReplaced(path) {
      world.log(`${path} is another file than before and is read from its start`);
      const known = deliveredOf(position);
      for (const { outlet } of parcels) beginReplay(memoryOf(position, outlet.signal), known);
    },
  });
  const settling = openSettling({ position, before: files.saved(), parcels }, destination, world, watch);
  return {
    ...settling,
    readOn() {
      for (let next = pieces.next(); next.done !== true; next = pieces.next()) {
        isDirty = true;
        watch.onPieces?.(next.value);
        for (const { outlet, parcel } of parcels) {
          const fresh = takeNew(memoryOf(position, outlet.signal), next.value);
          if (fresh.length > 0) parcel.take(fresh);
        }
        if (settling.waiting().items >= COMMIT_ITEMS) return "full";
      }
      return "end";
    },
    async settle(hold) {
      if (!isDirty) {
        if (position.read.main?.offset === offsetBefore) return undefined;
        // If this process dies, the next one reads the same again.
        files.isUnsaved = isFollowed;
        if (isFollowed) return undefined;
      }
      isDirty = false;
      const isSoonRead = facts.ended && (position.read.main?.offset ?? 0) < SOON_READ_BYTES;
      return settling.settle(hold, () => files.changes(isSoonRead));
    },
    discard() {
      settling.discard();
      pieces.return(undefined);
    },
  };
}

/** Opens a reading of a session that another thread has read to its end. */
export function takeReading(
  { position, before, beside, parcels }: ReadElsewhere,
  destination: Destination,
  world: World,
  watch: Watch,
): Reading {
  const settling = openSettling({ position, before, parcels }, destination, world, watch);
  return {
    ...settling,
    readOn: () => "end",
    settle: (hold) => settling.settle(hold, () => [positionChange(destination.place, position), ...beside]),
  };
}

/** Opens a parcel at each outlet that wants the session. */
export function openParcels({ outlets }: Destination, session: OutletSession): Reading["parcels"] {
  return outlets
    .filter((outlet) => outlet.wants(session))
    .map((outlet) => ({ outlet, parcel: outlet.open(session) }));
}

/** The options for reading a session. A session that continues another process's trace is not split into parts. */
export function readOptions(hook: HookFacts, options: SessionOptions): SessionOptions {
  const isInTrace = hook.starts.some(({ inbound }) => inbound?.sampled);
  return isInTrace ? { ...options, maxSpansPerTrace: Number.POSITIVE_INFINITY } : options;
}
