import { parseJson } from "../objects.ts";
import { type AnyObject, object } from "./json.ts";

/** Whether a line has text other than what editors and crashes leave: blanks, a byte order mark, zero bytes. */
export function hasText(line: string): boolean {
  return /[^\0\s]/.test(line);
}

/**
 * The records in a line: usually one. If line feeds are missing or a record was cut off, all that are whole. A program
 * may have made an array of them.
 */
export function recordsIn(text: string): AnyObject[] {
  const whole = parse(text);
  if (whole.length > 0) return whole;
  return text
    .split(/\0+|(?<=\})\s*(?=\{"(?:parentUuid|type)":)|(?=\{"parentUuid":)/)
    .flatMap((part) => parse(part.trim().replace(/^\[(?=\{)|[,\]]$/g, "")));
}

function parse(line: string): AnyObject[] {
  const value = parseJson(line);
  const records = Array.isArray(value) ? value.map((each) => object(each)) : [object(value)];
  return records.filter((record) => record !== undefined);
}
