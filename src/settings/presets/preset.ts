/**
 * What ccotel knows about a backend: plain data, one row each. The facts are from the vendors' own pages unless a
 * comment says otherwise.
 */

import type { Dialect, Temporality, TraceScope } from "../../choices.ts";

/** A signal that native telemetry or ccotel can send. */
export type PresetSignal = "traces" | "metrics" | "logs";

/** A value that the user has to fill in: a part of the address or of a header. */
export interface Field {
  /** The question, as a noun phrase. */
  readonly ask: string;
  /** Where to find it. */
  readonly where: string;
  readonly secret?: true;
  /** The value if the user gives none. A field without a default must be filled in unless it is optional. */
  readonly default?: string;
  readonly optional?: true;
  /** The only accepted values. */
  readonly oneOf?: readonly string[];
  readonly example?: string;
}

/**
 * A header. `value` may contain `{field}` and `{base64:field:field}`. The header is omitted if one of its optional
 * fields has no value.
 */
interface HeaderRow {
  readonly name: string;
  readonly value: string;
  /** The signals that carry it. Default: all. */
  readonly only?: readonly PresetSignal[];
}

/** What the backend drops, truncates or rejects. */
interface Limits {
  /** The backend drops spans that ended longer ago than this. */
  readonly maxAgeMinutes?: number;
  /** The backend truncates or drops attribute values longer than this many bytes. */
  readonly maxValueBytes?: number;
  readonly maxSpansPerTrace?: number;
  readonly maxAttributesPerSpan?: number;
  readonly maxAttributesPerLogRecord?: number;
  readonly maxTraceBytes?: number;
  readonly maxRequestBytes?: number;
}

export interface Preset {
  readonly name: string;
  readonly title: string;
  /** The title of the vendor's page to read. */
  readonly docs: string;
  /**
   * The address of the page that the row was last compared with, and the date. Not set if only the title was checked.
   */
  readonly checked?: { readonly page: string; readonly on: string };
  /** The base address, to which ccotel appends `/v1/traces` and the other paths. May contain `{field}`. */
  readonly endpoint: string;
  /** Domains whose addresses belong to this backend. Not set for self-hosted backends. */
  readonly domains?: readonly string[];
  readonly fields: Readonly<Record<string, Field>>;
  readonly headers: readonly HeaderRow[];
  /** Resource attributes that the backend needs to sort the data it receives. */
  readonly resource?: Readonly<Record<string, string>>;
  readonly signals: readonly PresetSignal[];
  readonly temporality: Temporality;
  /** Whether the backend drops points of the other temporality or shows wrong values for them. */
  readonly temporalityStrict?: true;
  readonly traceScope: TraceScope;
  readonly dialect: Dialect;
  readonly limits: Limits;
  /** What the user should know before choosing it, in whole sentences. */
  readonly notes: readonly string[];
}

/** Where to read more about the backend: the address of its page, or the page's title. */
export function pageOf({ checked, docs }: Preset): string {
  return checked?.page ?? docs;
}

/** A field for the host and port of a self-hosted backend. */
export function hostField(port: number): Field {
  return {
    ask: "host and port",
    where: "where it runs",
    default: `localhost:${port}`,
    example: `collector.example:${port}`,
  };
}
