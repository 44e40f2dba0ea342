import type { Config } from "../../config/load.ts";
import { deliveryFact } from "../../doctor/facts/delivery-facts.ts";
import {
  configsOfDestinations,
  type DestinationFact,
  destinationFacts,
} from "../../doctor/facts/destination-facts.ts";
import type { DeliveryFact, Facts } from "../../doctor/facts/facts.ts";
import { isInstalled } from "../../doctor/facts/installed-facts.ts";
import type { Machine } from "../../doctor/facts/machine.ts";
import { expiringFact } from "../../doctor/facts/retention-facts.ts";
import { readSessionStatus, type SessionStatus } from "../../doctor/facts/session-facts.ts";
import { ccotelHome, configDir } from "../../settings/locations.ts";
import { homeAt } from "../../state/home.ts";
import { sessionOptionsOf } from "./pieces-of-session.ts";

/** What is delivered and what waits: at each destination, of each session, and in all. */
interface DeliveryStatus {
  destinations: readonly DestinationFact[];
  sessions: readonly SessionStatus[];
  delivery: DeliveryFact;
}

/**
 * Reads the transcripts after their last delivery, and the state of all destinations. `observed`: what is known of the
 * installation. `onProgress` is called with the number of sessions that are done, and of all.
 */
export function readDeliveryStatus(
  observed: Facts,
  config: Config,
  machine: Machine,
  onProgress?: (done: number, total: number) => void,
): DeliveryStatus {
  const { homeDir, env, nowMs } = machine;
  const home = homeAt(ccotelHome(machine));
  const configs = configsOfDestinations(home, config, { env, homeDir });
  const destinations = destinationFacts(home, configs, isInstalled(observed));
  // A count of what is waiting needs neither content nor prices.
  const options = sessionOptionsOf({ ...config, content: "none", prices: undefined });
  const sessions = readSessionStatus(home, destinations, options, onProgress);
  const delivery = deliveryFact(home, destinations, sessions);
  if (!destinations.some(({ isLive }) => isLive)) return { destinations, sessions, delivery };
  const expiring = expiringFact({ configDir: configDir(machine), facts: observed, sessions, nowMs });
  return { destinations, sessions, delivery: { ...delivery, expiring } };
}
