import { join } from "node:path";
import type { Env } from "../../config/source.ts";
import { writeAtomic } from "../../disk/atomic-write.ts";
import { MAX_BYTES, readText } from "../../disk/read.ts";
import { object, text } from "../../transcript/fields.ts";
import type { Home } from "../home.ts";

/**
 * Destinations beside the one that the settings name: `also.json`, which `configure --also` writes. It lies in ccotel's
 * own folder, readable by its owner alone, so that no project can add one, and secrets may stand in it.
 */
export interface FurtherDestination {
  /** Name of the preset. */
  preset: string;
  /** Settings under their usual names, as far as they are about one destination. */
  env: Record<string, string>;
}

export function furtherFile({ root }: Pick<Home, "root">): string {
  return join(root, "also.json");
}

/** Those that are set up. What cannot be understood is none; `furtherFault` says so. */
export function readFurther(home: Pick<Home, "root">): FurtherDestination[] {
  return load(home).destinations;
}

/** What keeps destinations from being read; undefined when all of the file is understood, or there is none. */
export function furtherFault(home: Pick<Home, "root">): string | undefined {
  const { fault } = load(home);
  return fault && `${furtherFile(home)} names the additional destinations, but ${fault}.`;
}

function load(home: Pick<Home, "root">): { destinations: FurtherDestination[]; fault?: string } {
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
  try {
    const found = object(JSON.parse(text))?.destinations;
    return Array.isArray(found) ? found : undefined;
  } catch {
    return undefined;
  }
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
