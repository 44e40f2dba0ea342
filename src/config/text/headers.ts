import { dict } from "../../dict.ts";
import { no, type Parsed, yes } from "./parse.ts";
import { percentDecoded } from "./percent.ts";

export type Headers = Readonly<Record<string, string>>;

/**
 * Parses `k=v,k2=v2` with percent-encoded values, the form of `OTEL_EXPORTER_OTLP_HEADERS`. Returns names in lower
 * case. Keeps a percent sign that encodes nothing: many tokens contain one.
 */
export function parseHeaderList(text: string): Parsed<Headers> {
  return parseAll(text.split(","), parsePair);
}

/** Parses the values of `--header`. Each holds one header, so that a comma needs no encoding. */
export function parseHeaderFlags(flags: readonly string[]): Parsed<Headers> {
  return parseAll(flags, parsePair);
}

/**
 * Parses a headers file: one `Name: value` (as it is) or `name=value` (percent-encoded) a line. `#` starts a comment
 * line.
 */
export function parseHeadersFile(text: string): Parsed<Headers> {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  return parseAll(
    lines.filter((line) => !line.trimStart().startsWith("#")),
    (line) => {
      const [, name, value] = /^([^:=]+):(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? parsePair(line) : checked(name, value.trim());
    },
  );
}

/** Returns whether HTTP allows this name and value. `node:http` throws for any others. */
export function isSendable(name: string, value: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

function parseAll(
  parts: readonly string[],
  parse: (part: string) => [string, string] | undefined,
): Parsed<Headers> {
  const headers = dict<string>();
  for (const part of parts) {
    if (part.trim() === "") continue;
    const pair = parse(part);
    // The text is a secret. Do not put it in the message.
    if (pair === undefined)
      return no("must be name=value pairs such as authorization=Bearer%20TOKEN,x-tenant=a");
    headers[pair[0]] = pair[1];
  }
  return yes(headers);
}

function parsePair(part: string): [string, string] | undefined {
  const at = part.indexOf("=");
  return at < 1 ? undefined : checked(part.slice(0, at), percentDecoded(part.slice(at + 1).trim()));
}

function checked(name: string, value: string): [string, string] | undefined {
  const trimmed = name.trim().toLowerCase();
  return isSendable(trimmed, value) ? [trimmed, value] : undefined;
}
