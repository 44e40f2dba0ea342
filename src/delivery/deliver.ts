import type { FileFacts } from "../session/finish/finish.ts";
import { commit } from "../state/commit.ts";
import type { OpenPosition } from "../state/position/position-files.ts";
import type { World } from "../state/world.ts";
import type { Destination } from "./destination.ts";
import { openReading } from "./open-reading.ts";
import type { Delivered, Reading, SessionToDeliver, Watch } from "./reading.ts";

/**
 * Reads what is new in a session, passes it to the outlets, and moves the position past the items that they have
 * settled. Changes the position in place. If the result is not `delivered`, the caller must load the position again.
 */
export async function deliverSession(
  session: SessionToDeliver,
  facts: FileFacts,
  destination: Destination,
  world: World,
  watch: Watch,
): Promise<Delivered> {
  const reading = openReading(session, facts, destination, world, watch);
  return deliverRest(reading, reading.readOn());
}

/** Saves how far a session has been read, if its deliveries have left that out (`isFollowed`). */
export function saveProgress({ files }: OpenPosition, { home }: World, { isHeld, onStep }: Watch): void {
  if (files.isUnsaved && isHeld()) commit(home, files.changes(), onStep);
}

/** Delivers the rest of a session. `readTo` is the result of the last `readOn`. */
export async function deliverRest(reading: Reading, readTo: "full" | "end"): Promise<Delivered> {
  let result: Delivered | undefined;
  try {
    for (let at = readTo; ; at = reading.readOn()) {
      result = await reading.settle();
      if (result !== undefined) return result;
      if (at === "end") break;
    }
    result = reading.delivered();
    return result;
  } finally {
    if (result?.kind !== "delivered") reading.discard();
  }
}
