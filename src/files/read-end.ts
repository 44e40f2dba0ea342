import type { AgentArchive } from "./agents/archive.ts";
import type { FilePosition } from "./file-position.ts";
import type { ReadState } from "./read-state.ts";

/**
 * Up to where the files of a session were read when their ends counted as the end of the session. A reading up to there
 * gives the same pieces again, although the files have grown.
 */
export interface ReadEnd {
  main: FilePosition;
  /** How much of each agent's file was read, in bytes, by agent id. Agents that are not listed had no rows yet. */
  agents: Record<string, number>;
  /** How much of each copy of the main file was read, in bytes, by path. */
  copies?: Record<string, number>;
}

/** Where a reading has ended. Undefined if the session has no main file. */
export function readEndOf({ main, agents, copies }: ReadState, archive?: AgentArchive): ReadEnd | undefined {
  if (main === undefined) return undefined;
  const resting = [...(archive?.all() ?? [])].map(([agentId, { bytes }]) => [agentId, bytes] as const);
  return {
    main,
    agents: { ...Object.fromEntries(resting), ...agents },
    ...(copies === undefined ? {} : { copies: { ...copies } }),
  };
}
