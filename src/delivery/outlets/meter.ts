import { renameSync } from "node:fs";
import { isMissing, MAX_BYTES, readText, UnfitFileError } from "../../disk/read.ts";
import type { Change } from "../../state/commit.ts";
import type { DestinationPlace } from "../../state/destinations/destination-place.ts";
import type { World } from "../../state/world.ts";
import { parseMetricsState } from "../../telemetry/metrics/parse-state.ts";
import { type MetricsState, newMetricsState } from "../../telemetry/metrics/state.ts";

/**
 * The saved state of a destination's metrics: one long-lived meter for each destination folder. Read from disk on first
 * use.
 */
export interface Meter {
  state(): MetricsState;
  change(): Change;
  /** Reads the state from disk again, after a commit failed. */
  reload(): void;
}

/** The meter of a destination. Reads nothing until its state is needed. */
export function openMeter(place: DestinationPlace, world: Pick<World, "nowMs" | "log">): Meter {
  let loaded: MetricsState | undefined;
  const state = () => {
    loaded ??= load(place, world);
    return loaded;
  };
  return {
    state,
    change: () => ({ path: place.metrics, content: JSON.stringify(state()) }),
    reload() {
      loaded = undefined;
    },
  };
}

/** Loads the saved meter. Moves a damaged file aside and starts a new meter. */
function load(place: DestinationPlace, { nowMs, log }: Pick<World, "nowMs" | "log">): MetricsState {
  let text: string;
  try {
    text = readText(place.metrics, MAX_BYTES.state);
  } catch (error) {
    if (isMissing(error)) return newMetricsState(nowMs());
    if (!(error instanceof UnfitFileError)) throw error;
    text = "";
  }
  const saved = parseMetricsState(text);
  if (saved !== undefined) return saved;
  log(`${place.metrics} was damaged and has been moved aside; the counters start again at zero`);
  renameSync(place.metrics, `${place.metrics}.damaged`);
  return newMetricsState(nowMs());
}
