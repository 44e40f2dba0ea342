import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../config/load.ts";
import type { Signal } from "../../config/signals.ts";
import { ensurePrivateFolder } from "../../disk/private.ts";
import type { Home } from "../home.ts";

/** What is remembered of one destination: a folder of its own, so that destinations never know of each other. */
export interface DestinationPlace {
  key: string;
  root: string;
  /** How far each session has been delivered there. */
  sessions: string;
  /** The counters that this destination has been told. */
  metrics: string;
  /** How the sending has gone. */
  state: string;
}

/** The address that names the destination of a configuration; undefined when it names none. */
export function destinationUrl({ traces, metrics, logs }: Pick<Config, Signal>): string | undefined {
  return traces.url ?? metrics.url ?? logs.url;
}

/**
 * Names a destination by the address that its traces go to, or its metrics where it gets no traces. User, password and
 * query do not count: they are credentials, and a new token must not send everything again.
 */
export function destinationKey(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  const address = `${protocol}//${host}${pathname}`;
  const digest = createHash("sha256").update(address).digest("hex").slice(0, 10);
  return `${host.replace(/[^A-Za-z0-9.-]+/g, "-").slice(0, 60)}-${digest}`;
}

export function destinationPlace(home: Home, key: string): DestinationPlace {
  return placeAt(join(home.destinations, key), key);
}

export function placeAt(root: string, key: string): DestinationPlace {
  return {
    key,
    root,
    sessions: join(root, "sessions"),
    metrics: join(root, "metrics.json"),
    state: join(root, "state.json"),
  };
}

export function ensurePlace(place: DestinationPlace): void {
  for (const folder of [place.root, place.sessions]) ensurePrivateFolder(folder);
}

/** Where notices keep their positions; a name that no destination has. */
const NOTICES = "notices";

export function noticesPlace(home: Home): DestinationPlace {
  return destinationPlace(home, NOTICES);
}

/** The destinations that something was ever sent to, or meant to be. */
export function knownPlaces(home: Home): DestinationPlace[] {
  try {
    return readdirSync(home.destinations, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== NOTICES)
      .map(({ name }) => destinationPlace(home, name));
  } catch {
    return [];
  }
}
