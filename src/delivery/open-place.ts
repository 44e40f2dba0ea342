import type { Signal } from "../config/signals.ts";
import { LONGEST_HOLD_MS } from "../otlp/outcome.ts";
import {
  type DestinationPlace,
  destinationPlace,
  ensurePlace,
} from "../state/destinations/destination-place.ts";
import {
  type DestinationState,
  readDestinationState,
  writeDestinationState,
} from "../state/destinations/destination-state.ts";
import { openUnderWay, type UnderWay } from "../state/position/under-way.ts";
import type { World } from "../state/world.ts";
import { type Backoff, createBackoff } from "./backoff.ts";
import { type Meter, openMeter } from "./outlets/meter.ts";

/** The state of one destination while a process works with it. Settings that lead to the same destination share it. */
export interface OpenPlace {
  place: DestinationPlace;
  state: DestinationState;
  meter: Meter;
  underWay: UnderWay;
  backoff: Backoff;
}

/** Opens the saved state of a destination. Honours a wait that its backend asked an earlier process for. */
export function openPlace(key: string, world: World): OpenPlace {
  const place = destinationPlace(world.home, key);
  ensurePlace(place);
  const state = readDestinationState(place);
  const backoff = createBackoff();
  const holdMs = heldMs(state, "traces", world.nowMs());
  if (holdMs > 0) backoff.holdUntil(world.ticks() + holdMs, world.ticks());
  return { place, state, backoff, meter: openMeter(place, world), underWay: openUnderWay(place) };
}

/** Saves how the sending went. */
export function saveState({ place, state }: OpenPlace): void {
  writeDestinationState(place, state);
}

/** How long an earlier process was asked to wait before it sends this signal again, in milliseconds; 0 for no wait. */
export function heldMs(state: DestinationState, signal: Signal, nowMs: number): number {
  const holdMs = (state.signals[signal]?.notBeforeMs ?? 0) - nowMs;
  // A longer wait is never recorded, so the clock was set back.
  return holdMs > 0 && holdMs <= LONGEST_HOLD_MS ? holdMs : 0;
}
