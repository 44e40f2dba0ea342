/**
 * What ccotel knows of a backend: plain data, one row each. Facts are from the vendors' own pages unless a comment
 * says otherwise.
 */

import type { Dialect, Temporality, TraceScope } from "../../choices.ts";

/** A signal that native telemetry or ccotel can send. */
export type PresetSignal = "traces" | "metrics" | "logs";

/** Something a person has to fill in: a part of the address or of a header. */
export interface Field {
  /** What is asked, as a noun phrase. */
  readonly ask: string;
  /** Where to find it. */
  readonly where: string;
  readonly secret?: true;
  /** Taken when nothing is answered; a field without one has to be answered unless it is optional. */
  readonly default?: string;
  readonly optional?: true;
  /** The only values there are. */
  readonly oneOf?: readonly string[];
  readonly example?: string;
}

/**
 * A header; `value` may hold `{field}` and `{base64:field:field}`. Left out when an optional field of it is not
 * answered.
 */
export interface HeaderRow {
  readonly name: string;
  readonly value: string;
  /** The signals that it goes with; all when not said. */
  readonly only?: readonly PresetSignal[];
}

/** What the backend drops, cuts or refuses. */
export interface Limits {
  /** Spans that ended longer ago than this are dropped. */
  readonly maxAgeMinutes?: number;
  /** Attribute values beyond this many bytes are cut or dropped. */
  readonly maxValueBytes?: number;
  readonly maxSpansPerTrace?: number;
  readonly maxAttributesPerSpan?: number;
  readonly maxTraceBytes?: number;
  readonly maxRequestBytes?: number;
}

export interface Preset {
  readonly name: string;
  readonly title: string;
  /** The page of the vendor to look at, by its title. */
  readonly docs: string;
  /** The address of the page that the row was last compared with, and when; none where only the title was looked up. */
  readonly checked?: { readonly page: string; readonly on: string };
  /** The base address, to which `/v1/traces` and its like are added; may hold `{field}`. */
  readonly endpoint: string;
  /** Domains by which an address is known to belong to this backend; none for what people run themselves. */
  readonly domains?: readonly string[];
  readonly fields: Readonly<Record<string, Field>>;
  readonly headers: readonly HeaderRow[];
  /** Resource attributes that the backend needs to file what arrives. */
  readonly resource?: Readonly<Record<string, string>>;
  readonly signals: readonly PresetSignal[];
  readonly temporality: Temporality;
  /** Whether points of the other temporality are dropped or wrong, rather than merely less handy. */
  readonly temporalityStrict?: true;
  readonly traceScope: TraceScope;
  readonly dialect: Dialect;
  readonly limits: Limits;
  /** What else is worth knowing before choosing it, in whole sentences. */
  readonly notes: readonly string[];
}

/** A field with a host and port of one's own. */
export function hostField(port: number): Field {
  return {
    ask: "host and port",
    where: "where it runs",
    default: `localhost:${port}`,
    example: `collector.example:${port}`,
  };
}
