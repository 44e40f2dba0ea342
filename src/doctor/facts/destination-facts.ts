import { existsSync } from "node:fs";
import type { Config } from "../../config/load.ts";
import { type Signal, signals } from "../../config/signals.ts";
import type { Env } from "../../config/source.ts";
import { maskUrl } from "../../config/text/secret.ts";
import { configOf } from "../../delivery/load/load.ts";
import {
  destinationKey,
  destinationPlace,
  destinationUrl,
  knownPlaces,
} from "../../state/destinations/destination-place.ts";
import { readDestinationState, type SignalState } from "../../state/destinations/destination-state.ts";
import { readFurther } from "../../state/destinations/further.ts";
import type { Home } from "../../state/home.ts";

/** Returns the configuration of each destination: first the one in the settings, then the added ones. */
export function configsOfDestinations(
  home: Home,
  named: Config,
  place: { env: Env; homeDir: string },
): Config[] {
  const further = readFurther(home).map(({ env: instead }) =>
    configOf({ ...place, instead, otelFromEnvironment: false }),
  );
  return [named, ...further];
}

/** The state of a destination, from the settings and from past deliveries. */
export interface DestinationFact {
  readonly key: string;
  /** Its address with secrets masked. */
  readonly endpoint: string;
  /**
   * Whether sessions are sent there: the settings name it, or ccotel is installed and a worker used it later than those
   * that the settings name.
   */
  readonly isLive: boolean;
  /** Whether the settings name it. */
  readonly isConfigured: boolean;
  readonly signals: Partial<Record<Signal, SignalState>>;
  /** Sessions that wait because the backend rejected something and has accepted nothing since. */
  readonly doubted: readonly string[];
}

/**
 * Returns the destinations in the settings, in their order, then those that received data earlier. `isInstalled`: hooks
 * start workers on this machine, perhaps with settings of a project that are not in `configs`.
 */
export function destinationFacts(
  home: Home,
  configs: readonly Config[],
  isInstalled: boolean,
): DestinationFact[] {
  const configured = configs.flatMap((config) => {
    const url = destinationUrl(config);
    return url === undefined ? [] : [{ key: destinationKey(url), endpoint: maskUrl(url) }];
  });
  const keys = new Set([...configured, ...knownPlaces(home)].map(({ key }) => key));
  const states = [...keys].map((key) => {
    const place = destinationPlace(home, key);
    return { key, state: existsSync(place.root) ? readDestinationState(place) : { signals: {} } };
  });
  const isNamed = (key: string) => configured.some((one) => one.key === key);
  const usedMs = Math.max(
    0,
    ...states.filter(({ key }) => isNamed(key)).map(({ state }) => state.usedMs ?? 0),
  );
  return states.map(({ key, state }) => ({
    key,
    endpoint: state.endpoint ?? configured.find((one) => one.key === key)?.endpoint ?? key,
    isConfigured: isNamed(key),
    isLive: isNamed(key) || (isInstalled && (state.usedMs ?? 0) > usedMs),
    signals: Object.fromEntries(
      signals.flatMap((signal) => (state.signals[signal] ? [[signal, state.signals[signal]]] : [])),
    ),
    doubted: state.doubted ?? [],
  }));
}
