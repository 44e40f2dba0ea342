import type { ReadOptions } from "../files/feed.ts";
import { readEndOf } from "../files/read-end.ts";
import { readSession } from "../files/read-session.ts";
import type { FileFacts } from "../session/finish/finish.ts";
import type { Finished } from "../session/model.ts";
import type { SessionOptions } from "../session/options.ts";
import type { HookFacts } from "../state/position/hook-facts.ts";
import { deliveredOf, memoryOf, type Position, positionChange } from "../state/position/position.ts";
import type { SessionEnd } from "../state/position/under-way.ts";
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
  let isRead = false;
  const options: ReadOptions = {
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
  };
  const pieces = readAll(position, options);
  const ending = (): SessionEnd | undefined => {
    const end = isRead && facts.ended ? readEndOf(position.read, files.archive()) : undefined;
    return end === undefined || settling.waiting().items === 0 ? undefined : [sessionId, end];
  };
  const settling = openSettling({ position, before: files.saved(), parcels }, destination, world, watch);
  return {
    ...settling,
    ending,
    readOn() {
      for (let next = pieces.next(); next.done !== true; next = pieces.next()) {
        isDirty = true;
        if (next.value === "as sent before") return "full";
        watch.onPieces?.(next.value);
        for (const { outlet, parcel } of parcels) {
          const fresh = takeNew(memoryOf(position, outlet.signal), next.value);
          if (fresh.length > 0) parcel.take(fresh);
        }
        if (settling.waiting().items >= COMMIT_ITEMS) return "full";
      }
      isRead = true;
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
      return settling.settle(hold, () => files.changes(isSoonRead), ending());
    },
    discard() {
      settling.discard();
      pieces.return(undefined);
    },
  };
}

/**
 * Reads what is new. What an earlier process may have sent as the end of the session comes first, up to the same bytes,
 * and is sent alone.
 */
function* readAll(position: Position, options: ReadOptions): Generator<Finished[] | "as sent before"> {
  const { path, read, maybeSent } = position;
  if (maybeSent !== undefined) {
    yield* readSession(path, read, { ...options, quiet: true, ended: true, until: maybeSent });
    delete position.maybeSent;
    yield "as sent before";
  }
  yield* readSession(path, read, options);
}

/** Opens a reading of a session that another thread has read to its end. */
export function takeReading(
  { position, end, before, beside, parcels }: ReadElsewhere,
  destination: Destination,
  world: World,
  watch: Watch,
): Reading {
  const settling = openSettling({ position, before, parcels }, destination, world, watch);
  const ending = (): SessionEnd => [position.read.session.sessionId, end];
  const changes = () => [positionChange(destination.place, position), ...beside] as const;
  return {
    ...settling,
    ending,
    readOn: () => "end",
    settle: (hold) => settling.settle(hold, changes, ending()),
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
