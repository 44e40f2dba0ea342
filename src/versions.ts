/** Versions of Claude Code and of Node, as they print them and as records name them. */

export type Version = readonly [major: number, minor: number, patch: number];

/** Reads `2.1.329`, `2.1.329 (Claude Code)` or a version anywhere in such a text; undefined where there is none. */
export function parseVersion(text: string): Version | undefined {
  const found = /(\d+)\.(\d+)\.(\d+)/.exec(text);
  return found === null ? undefined : [Number(found[1]), Number(found[2]), Number(found[3])];
}

/** Whether `version` is `wanted` or newer. */
export function atLeast(version: Version, wanted: Version): boolean {
  for (const index of [0, 1, 2] as const) {
    if (version[index] !== wanted[index]) return version[index] > wanted[index];
  }
  return true;
}

/** Whether a version, as a record names it, is older than another one. False where it is unknown. */
export function isOlder(text: string | undefined, than: Version): boolean {
  const version = parseVersion(text ?? "");
  return version !== undefined && !atLeast(version, than);
}

/** `2.1.329` for people. */
export function formatVersion(version: Version): string {
  return version.join(".");
}
