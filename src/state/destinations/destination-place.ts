import { join } from "node:path";
import type { Config } from "../../config/load.ts";
import type { Signal } from "../../config/signals.ts";
import { entriesIn } from "../../disk/folder.ts";
import { ensurePrivateFolder } from "../../disk/private.ts";
import { sha256 } from "../../sha256.ts";
import type { Home } from "../home.ts";

/** The paths of one destination's state. Each destination has a folder of its own, so they do not affect each other. */
export interface DestinationPlace {
  key: string;
  root: string;
  /** Folder with the session positions. */
  sessions: string;
  /** File with the counters. */
  metrics: string;
  /** File with the results of sending. */
  state: string;
  /** File with the sessions whose ends are being sent. */
  underWay: string;
}

/** The URL that identifies the destination of a configuration; undefined if it names none. */
export function destinationUrl({ traces, metrics, logs }: Pick<Config, Signal>): string | undefined {
  return traces.url ?? metrics.url ?? logs.url;
}

/**
 * Derives a destination's key from the URL for traces, or for another signal if it gets no traces. User, password and
 * query do not count: they are credentials, and a new token must not send everything again.
 */
export function destinationKey(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  const address = `${protocol}//${host}${pathname}`;
  const digest = sha256(address).slice(0, 10);
  return `${host.replace(/[^A-Za-z0-9.-]+/g, "-").slice(0, 60)}-${digest}`;
}

/** The key of the destination that the settings name; undefined if they name none. */
export function keyOf({ config }: { config: Pick<Config, Signal> }): string | undefined {
  const url = destinationUrl(config);
  return url === undefined ? undefined : destinationKey(url);
}

/** Paths of the state of one destination. `key`: from `keyOf`. */
export function destinationPlace(home: Home, key: string): DestinationPlace {
  return placeAt(join(home.destinations, key), key);
}

/** Paths of the state of a destination in a folder. */
export function placeAt(root: string, key: string): DestinationPlace {
  return {
    key,
    root,
    sessions: join(root, "sessions"),
    metrics: join(root, "metrics.json"),
    state: join(root, "state.json"),
    underWay: join(root, "under-way.json"),
  };
}

/** Creates a destination's folders, readable only by their owner. */
export function ensurePlace(place: DestinationPlace): void {
  for (const folder of [place.root, place.sessions]) ensurePrivateFolder(folder);
}

/** Folder for the positions of notices. No destination has this key. */
const NOTICES = "notices";

export function noticesPlace(home: Home): DestinationPlace {
  return destinationPlace(home, NOTICES);
}

/** The destinations that have a state folder. */
export function knownPlaces(home: Home): DestinationPlace[] {
  return entriesIn(home.destinations)
    .filter((entry) => entry.isDirectory() && entry.name !== NOTICES)
    .map(({ name }) => destinationPlace(home, name));
}
