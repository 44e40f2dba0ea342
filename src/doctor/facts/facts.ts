/** All facts that the checks use. `gather.ts` collects them; tests write them as literals. */

import type { LoadedConfig } from "../../config/load.ts";
import type { Problem } from "../../config/problem.ts";
import type { Signal } from "../../config/signals.ts";
import type { Env } from "../../config/source.ts";
import type { Outcome } from "../../otlp/outcome.ts";
import type { Installation } from "../../settings/installation/installation.ts";
import type { JsonFault } from "../../settings/text/json-document.ts";
import type { Version } from "../../versions.ts";
import type { Further, FurtherProblem } from "./further-facts.ts";
import type { NoticesFact } from "./notice-facts.ts";

/** The scope of a settings file, highest precedence first. */
export type Scope = "managed" | "local" | "project" | "user";

export interface SettingsFact {
  readonly scope: Scope;
  readonly path: string;
  readonly content:
    | { readonly kind: "absent" }
    | { readonly kind: "unreadable"; readonly problem: JsonFault | { readonly reason: string } }
    /** `mode` is undefined on systems without such permissions (Windows). */
    | { readonly kind: "read"; readonly settings: Readonly<Record<string, unknown>>; readonly mode?: number };
}

/** The state of a file that a hook entry names. */
export type PathFact = "missing" | "file" | "executable";

export interface PluginFact {
  /** `ccotel@ccotel` or `ccotel@skills-dir`. */
  readonly id: string;
  readonly enabled: boolean;
}

export interface DeliveryFact {
  /** Sessions with undelivered data, how much there is, and since when. */
  readonly pendingSessions: number;
  readonly pendingBytes: number;
  readonly oldestPendingMs?: number | undefined;
  readonly lastSuccessMs?: number | undefined;
  readonly lastFailure?: { readonly atMs: number; readonly message: string } | undefined;
  readonly rejectedSpans: number;
  readonly unpricedModels: readonly string[];
  /** Sessions that a hook named and whose transcript was never found. */
  readonly sessionsWithoutTranscript: number;
  /** Current errors, by destination and signal. */
  readonly troubles: readonly SignalTrouble[];
  /** Why the last events could not be delivered to any destination, by the settings that the worker read. */
  readonly fault?: { readonly atMs: number; readonly message: string } | undefined;
  readonly expiring?: ExpiringFact | undefined;
}

/** Sessions that Claude Code is about to delete before all of their data was delivered. */
export interface ExpiringFact {
  /** Sessions that are not completely delivered to some destination. */
  readonly undelivered: number;
  /** Sessions that were never sent. */
  readonly neverSent: number;
  /** When the first of them will be deleted, in epoch ms. */
  readonly firstGoneMs: number;
  /** `cleanupPeriodDays`. */
  readonly days: number;
}

export interface SignalTrouble {
  readonly signal: Signal;
  readonly endpoint: string;
  /** The URL of the signal, without secrets. Missing in the state of an earlier version. */
  readonly url?: string | undefined;
  readonly atMs: number;
  readonly message: string;
  /** Whether the backend may accept the same later, without any repair by the user. */
  readonly mayPass: boolean;
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
  /** Whether the user trusted that folder in Claude Code's dialog. Undefined if Claude Code was never started there. */
  readonly folderTrusted?: boolean | undefined;
  readonly settings: readonly SettingsFact[];
  /** The path of the user's settings file. */
  readonly userSettingsPath: string;
  readonly home: {
    readonly path: string;
    readonly writable: boolean;
    readonly mode?: number | undefined;
    /** Whether its programs are from a version whose hooks took settings from a session's environment. */
    readonly hasOldHook?: true;
    /** Room on its disk, in bytes. Undefined if the system does not tell. */
    readonly freeBytes?: number | undefined;
    /** The user id of its owner, if that is another user. */
    readonly ownerUid?: number;
  };
  readonly installation?: Installation | undefined;
  /** By the path in the hook entry. */
  readonly paths: ReadonlyMap<string, PathFact>;
  /** What the Node program that hooks run prints for `--version`. Undefined if it does not start. */
  readonly nodeVersion?: string | undefined;
  readonly plugins: readonly PluginFact[];
  readonly client?: Version | undefined;
  /** Flags of running clients, without anything else of their command lines. */
  readonly runningFlags: readonly string[];
  readonly config: LoadedConfig;
  /** Problems with the headers file, the helper and the certificates that the configuration names. */
  readonly sendingProblems: readonly Problem[];
  /** Destinations that `configure --also` added, and their problems. */
  readonly further: readonly Pick<Further, "preset" | "endpoint">[];
  readonly furtherProblems: readonly FurtherProblem[];
  /** The backend's answers to the test items, if they were sent. */
  readonly probes: readonly { readonly signal: Signal; readonly url: string; readonly outcome: Outcome }[];
  /** This machine's clock minus the backend's. */
  readonly clockSkewMs?: number | undefined;
  readonly delivery?: DeliveryFact | undefined;
  /** Alerts and pings, if they are set up. */
  readonly notices?: NoticesFact | undefined;
}
