const TRANSCRIPT = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.jsonl$/i;

/** The session whose transcript a file with this name is. Undefined if the name is not one of a transcript. */
export function sessionIdOf(name: string): string | undefined {
  return TRANSCRIPT.exec(name)?.[1];
}
