import { namesIn } from "../disk/folder.ts";
import { stampOf } from "../files/stamp.ts";
import { hash53 } from "../hash53.ts";
import { openCatalog } from "./catalog/catalog.ts";
import type { HistoryPart } from "./catalog/history-parts.ts";
import { openPartNotes } from "./catalog/part-notes.ts";
import { destinationPlace } from "./destinations/destination-place.ts";
import type { Home } from "./home.ts";
import { fileName } from "./state-file.ts";

/** What is known of the delivery of the whole history to one destination. */
export interface DeliveredHistory {
  /**
   * Whether an export that reads the catalog found nothing to send, and nothing has changed since: no transcript, no
   * position, and no counter.
   */
  isDelivered(): boolean;
  /**
   * To be called after an export of all sessions that left nothing unsent: looks them up, and notes it if all are
   * delivered.
   */
  note(): void;
}

/** `parts`: the history before the export. `destination`: the key of the destination. */
export function openDeliveredHistory(
  home: Home,
  destination: string,
  parts: readonly HistoryPart[],
): DeliveredHistory {
  const place = destinationPlace(home, destination);
  const notes = openPartNotes<string>(home, `delivered-${destination}`, "1");
  const digest = hash53(parts.map((part) => `${part.key} ${part.digest}`).join("\n")).toString(36);
  const all = { key: "", digest };

  /** The state of the destination. The folder of positions has another time once one is written or removed. */
  function standing(): string {
    return [place.sessions, place.metrics, place.state].map(stampOf).join(" ");
  }

  return {
    isDelivered: () => notes.of(all) === standing(),
    note() {
      const now = standing();
      if (notes.of(all) === now) return;
      const catalog = openCatalog(home);
      const positions = new Set(namesIn(place.sessions));
      for (const part of parts)
        for (const session of part.sessions())
          if (!positions.has(fileName(session.sessionId)) || !catalog.look(session).isDelivered(destination))
            return;
      notes.note(all, now);
      notes.save((part) => part === all.key);
    },
  };
}
