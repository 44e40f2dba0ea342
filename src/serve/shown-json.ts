/** Characters that reorder the text around them: embeddings, overrides and isolates of both directions. */
const REORDERING = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * Returns a value as JSON for the page. Names, commands and texts come from other people, and a browser follows the
 * characters in them that reorder text: `rm gpj.evil` would look like `rm live.jpg`. They become visible instead.
 */
export function shownJson(value: unknown): string {
  return JSON.stringify(value).replace(
    REORDERING,
    (character) => `⟨U+${character.charCodeAt(0).toString(16).toUpperCase()}⟩`,
  );
}
