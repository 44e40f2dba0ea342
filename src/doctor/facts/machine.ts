import type { ClientPlace } from "./client.ts";

/** A machine at one moment, as the commands that manage the installation see it. */
export interface Machine extends ClientPlace {
  /** The folder that the command was started in. */
  readonly folder: string;
  /** The version of ccotel that is running. */
  readonly version: string;
  readonly nowMs: number;
  /** Other paths of the administrator's settings, for tests. */
  readonly managed?: { readonly file: string; readonly folder: string };
}
