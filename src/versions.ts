/** Parses and compares versions of Claude Code and Node, as they print them and as records hold them. */

export type Version = readonly [major: number, minor: number, patch: number];

/** The oldest Node that ccotel runs on (`engines` in package.json). */
export const OLDEST_NODE: Version = [20, 6, 0];

/** Parses `2.1.329`, `2.1.329 (Claude Code)` or a version anywhere in the text. Returns undefined without one. */
export function parseVersion(text: string): Version | undefined {
  if (text !== last.text) last = { text, version: versionIn(text) };
  return last.version;
}

/** The result for the last text: a session asks twice for each row, and nearly all of them have the same version. */
let last: { text: string; version: Version | undefined } = { text: "", version: undefined };

function versionIn(text: string): Version | undefined {
  const found = /(\d+)\.(\d+)\.(\d+)/.exec(text);
  return found === null ? undefined : [Number(found[1]), Number(found[2]), Number(found[3])];
}

/** Returns whether `version` is `wanted` or newer. */
export function atLeast(version: Version, wanted: Version): boolean {
  if (version[0] !== wanted[0]) return version[0] > wanted[0];
  if (version[1] !== wanted[1]) return version[1] > wanted[1];
  return version[2] >= wanted[2];
}

/** Returns whether a record's version is older than another one. Returns false if it is unknown. */
export function isOlder(text: string | undefined, than: Version): boolean {
  const version = parseVersion(text ?? "");
  return version !== undefined && !atLeast(version, than);
}

/** Formats a version for people: `2.1.329`. */
export function formatVersion(version: Version): string {
  return version.join(".");
}
