import { join } from "node:path";
import type { Env } from "../../config/source.ts";
import { writeAtomic } from "../../disk/atomic-write.ts";
import { isAbsent, MAX_BYTES, readText } from "../../disk/read.ts";
import { parseJson } from "../../objects.ts";
import { object, text } from "../../transcript/fields.ts";
import type { Home } from "../home.ts";

/**
 * A destination in addition to the one that the settings name. `configure --also` writes them to `also.json`. That file
 * is in ccotel's own folder, so no project can add a destination, and only its owner can read it, so it may contain
 * secrets.
 */
export interface FurtherDestination {
  /** Name of the preset. */
  preset: string;
  /** Settings about this destination, under their usual names. */
  env: Record<string, string>;
}

/** Path of the file that holds the added destinations. */
export function furtherFile({ root }: Pick<Home, "root">): string {
  return join(root, "also.json");
}

/** The additional destinations. Skips invalid ones; `furtherFault` reports them. */
export function readFurther(home: Pick<Home, "root">): FurtherDestination[] {
  return load(home).destinations;
}

/** Says why additional destinations cannot be read; undefined if the whole file is valid or there is none. */
export function furtherFault(home: Pick<Home, "root">): string | undefined {
  const { fault } = load(home);
  return fault && `${furtherFile(home)} names the additional destinations, but ${fault}.`;
}

function load(home: Pick<Home, "root">): { destinations: FurtherDestination[]; fault?: string } {
  if (isAbsent(furtherFile(home))) return { destinations: [] };
  let text: string;
  try {
    text = readText(furtherFile(home), MAX_BYTES.settings);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT"
      ? { destinations: [] }
      : { destinations: [], fault: `it cannot be read (${code})` };
  }
  const entries = entriesOf(text);
  if (entries === undefined)
    return { destinations: [], fault: "it is not as ccotel writes it, so nothing is sent to them" };
  const destinations = entries.flatMap((entry) => parse(entry) ?? []);
  return destinations.length === entries.length
    ? { destinations }
    : { destinations, fault: "not every entry is as ccotel writes it, and nothing is sent to the others" };
}

function entriesOf(text: string): readonly unknown[] | undefined {
  const found = object(parseJson(text))?.destinations;
  return Array.isArray(found) ? found : undefined;
}

export function writeFurther(home: Pick<Home, "root">, destinations: readonly FurtherDestination[]): void {
  writeAtomic(furtherFile(home), `${JSON.stringify({ format: 1, destinations }, null, 2)}\n`);
}

function parse(entry: unknown): FurtherDestination | undefined {
  const [preset, env] = [text(object(entry)?.preset), object(object(entry)?.env)];
  if (preset === undefined || env === undefined) return undefined;
  return { preset, env: onlyTexts(env) };
}

function onlyTexts(env: Env | Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((one): one is [string, string] => typeof one[1] === "string"),
  );
}
