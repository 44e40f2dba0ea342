import { dict } from "../../dict.ts";
import { listed } from "../../units.ts";
/** A parser's result: the value, or what the text should have been ("must be …"). */
export type Parsed<T> = { ok: true; value: T } | { ok: false; expected: string };
export type Parser<T> = (text: string) => Parsed<T>;

/** Accepts one of the given words, in any case. */
export function oneOf<const W extends string>(...words: readonly W[]): Parser<W> {
  return (text) => {
    const found = words.find((word) => word === text.toLowerCase());
    return found === undefined ? no(`must be ${listed(words, "or")}`) : yes(found);
  };
}

/** Accepts `on` and `off`, and their usual synonyms. */
export const onOff: Parser<boolean> = (text) => {
  if (/^(on|true|1|yes)$/i.test(text)) return yes(true);
  if (/^(off|false|0|no)$/i.test(text)) return yes(false);
  return no("must be on or off");
};

/** Reads a boolean by OpenTelemetry's specification: only `true`, in any case, is true. */
export const specBoolean: Parser<boolean> = (text) => {
  if (/^true$/i.test(text)) return yes(true);
  return /^false$/i.test(text) ? yes(false) : no("must be true or false");
};

/** Accepts a number from 0 to 1. */
export const share: Parser<number> = (text) => {
  const value = Number(text);
  return value >= 0 && value <= 1 ? yes(value) : no("must be a number from 0 to 1, such as 0.25");
};

/** Accepts an integer from `min` to `max`. */
export function wholeNumber(min: number, max: number): Parser<number> {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? yes(value) : no(`must be a whole number from ${min} to ${max}`);
  };
}

const MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Accepts a duration with a unit (`500ms`, `30s`, `30m`, `6h`, `1d`). Returns milliseconds. `bareUnit` is the unit of a
 * number without one; without `bareUnit` such a number is rejected.
 */
export function duration(limits: {
  minMs: number;
  maxMs: number;
  example: string;
  bareUnit?: "ms";
}): Parser<number> {
  return (text) => {
    const [, digits, unit = limits.bareUnit] = /^(\d+(?:\.\d+)?) ?(ms|s|m|h|d)?$/i.exec(text) ?? [];
    const scale = unit && MS[unit.toLowerCase() as keyof typeof MS];
    const value = scale ? Math.round(Number(digits) * scale) : Number.NaN;
    if (value >= limits.minMs && value <= limits.maxMs) return yes(value);
    return no(
      `must be a duration such as ${limits.example}, from ${showDuration(limits.minMs)} to ${showDuration(limits.maxMs)}`,
    );
  };
}

/** Accepts a comma-separated list of the given words. Ignores spaces. */
export function wordsOf<const W extends string>(...allowed: readonly W[]): Parser<readonly W[]> {
  return (text) => {
    const words = text.split(",").flatMap((word) => word.trim().toLowerCase() || []);
    const isAllowed = (word: string): word is W => (allowed as readonly string[]).includes(word);
    return words.every(isAllowed)
      ? yes([...new Set(words)])
      : no(`must be a comma-separated list of ${listed(allowed, "or")}`);
  };
}

/** Accepts any text. */
export const text: Parser<string> = (value) => yes(value);

/**
 * Accepts `k=v,k2=v2` with percent-encoded values, as in `OTEL_RESOURCE_ATTRIBUTES`. One bad pair rejects the whole
 * text, as OpenTelemetry's specification demands.
 */
export const keyValues: Parser<Readonly<Record<string, string>>> = (value) => {
  const pairs = dict<string>();
  for (const part of value.split(",")) {
    if (part.trim() === "") continue;
    const at = part.indexOf("=");
    const key = part.slice(0, Math.max(at, 0)).trim();
    const decoded = percentDecoded(part.slice(at + 1).trim());
    if (key === "" || decoded === undefined) {
      return no(
        "must be a list such as team=data,env=prod, with commas and equals signs inside values as %2C and %3D",
      );
    }
    pairs[percentDecoded(key) ?? key] = decoded;
  }
  return yes(pairs);
};

export function yes<T>(value: T): { ok: true; value: T } {
  return { ok: true, value };
}

export function no(expected: string): { ok: false; expected: string } {
  return { ok: false, expected };
}

function percentDecoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

/** Formats milliseconds in the largest unit that divides them, in the form that `duration` reads: `6h`, `90s`. */
export function showDuration(ms: number): string {
  for (const [unit, scale] of Object.entries(MS).reverse()) {
    if (ms >= scale && ms % scale === 0) return `${ms / scale}${unit}`;
  }
  return `${ms}ms`;
}
