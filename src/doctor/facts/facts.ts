/** All that the checks look at. `gather.ts` collects it; a test writes it down. */

import type { LoadedConfig } from "../../config/load.ts";
import type { Problem } from "../../config/problem.ts";
import type { Signal } from "../../config/signals.ts";
import type { Env } from "../../config/source.ts";
import type { Outcome } from "../../otlp/outcome.ts";
import type { Installation } from "../../settings/installation.ts";
import type { JsonFault } from "../../settings/json-document.ts";
import type { Version } from "../../versions.ts";
import type { Further, FurtherProblem } from "./further-facts.ts";
import type { NoticesFact } from "./notice-facts.ts";

/** Where a settings file counts, from the one that wins to the one that loses. */
export type Scope = "managed" | "local" | "project" | "user";

export interface SettingsFact {
  readonly scope: Scope;
  readonly path: string;
  readonly content:
    | { readonly kind: "absent" }
    | { readonly kind: "unreadable"; readonly problem: JsonFault | { readonly reason: string } }
    /** `mode` is undefined where permissions are not of this kind (Windows). */
    | { readonly kind: "read"; readonly settings: Readonly<Record<string, unknown>>; readonly mode?: number };
}

/** What is known of a file that a hook entry names. */
export type PathFact = "missing" | "file" | "executable";

export interface PluginFact {
  /** `ccotel@ccotel` or `ccotel@skills-dir`. */
  readonly id: string;
  readonly enabled: boolean;
}

export interface DeliveryFact {
  /** Sessions with something that is not delivered, how much of it there is, and since when. */
  readonly pendingSessions: number;
  readonly pendingBytes: number;
  readonly oldestPendingMs?: number | undefined;
  readonly lastSuccessMs?: number | undefined;
  readonly lastFailure?: { readonly atMs: number; readonly message: string } | undefined;
  readonly rejectedSpans: number;
  readonly unpricedModels: readonly string[];
  /** Sessions that a hook has named and of which no transcript was ever seen. */
  readonly sessionsWithoutTranscript: number;
  /** What goes wrong now, by destination and signal. */
  readonly troubles: readonly SignalTrouble[];
  /** Why the last events could not be delivered anywhere, as the worker saw its settings. */
  readonly fault?: { readonly atMs: number; readonly message: string } | undefined;
  readonly expiring?: ExpiringFact | undefined;
}

/** Sessions that Claude Code is about to delete before all of them was delivered. */
export interface ExpiringFact {
  /** A destination lacks something of them. */
  readonly undelivered: number;
  /** They were never sent anywhere. */
  readonly neverSent: number;
  /** When the first of them goes. */
  readonly firstGoneMs: number;
  /** `cleanupPeriodDays`. */
  readonly days: number;
}

export interface SignalTrouble {
  readonly signal: Signal;
  readonly endpoint: string;
  /** Where the signal goes, without secrets; unknown of what an earlier version has noted. */
  readonly url?: string | undefined;
  readonly atMs: number;
  readonly message: string;
}

export interface Facts {
  readonly platform: NodeJS.Platform;
  readonly nowMs: number;
  /** The environment of this process. */
  readonly env: Env;
  /** The version of ccotel that is running. */
  readonly version: string;
  /** The folder that the command was started in. */
  readonly folder: string;
  /** What Claude Code remembers of a dialog about that folder; undefined when it was never opened there. */
  readonly folderTrusted?: boolean | undefined;
  readonly settings: readonly SettingsFact[];
  /** The path of the user's settings file. */
  readonly userSettingsPath: string;
  readonly home: {
    readonly path: string;
    readonly writable: boolean;
    readonly mode?: number | undefined;
    /** Its programs are of the time when hooks took settings from the environment of a session. */
    readonly hasOldHook?: true;
    /** Whose it is, where it is another user's. */
    readonly ownerUid?: number;
  };
  readonly installation?: Installation | undefined;
  /** By the path as it stands in a hook entry. */
  readonly paths: ReadonlyMap<string, PathFact>;
  /** What `--version` of the Node program that hooks run printed; undefined when it did not start. */
  readonly nodeVersion?: string | undefined;
  readonly plugins: readonly PluginFact[];
  readonly client?: Version | undefined;
  /** Flags of clients that are running now, without anything else of their command lines. */
  readonly runningFlags: readonly string[];
  readonly config: LoadedConfig;
  /** What could not be had of what the configuration names: headers file, helper, certificates. */
  readonly sendingProblems: readonly Problem[];
  /** Destinations that `configure --also` has added, and what is wrong about them. */
  readonly further: readonly Pick<Further, "preset" | "endpoint">[];
  readonly furtherProblems: readonly FurtherProblem[];
  /** What a test span and a test point were answered, when they were sent. */
  readonly probes: readonly { readonly signal: Signal; readonly url: string; readonly outcome: Outcome }[];
  /** This machine's clock minus the backend's. */
  readonly clockSkewMs?: number | undefined;
  readonly delivery?: DeliveryFact | undefined;
  /** Alerts and pings, where somebody is to be told anything. */
  readonly notices?: NoticesFact | undefined;
}
