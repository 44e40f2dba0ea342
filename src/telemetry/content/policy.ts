import type { ContentLevel } from "../../choices.ts";

/** What the user lets leave of what was said and done. */
export interface ContentPolicy {
  level: ContentLevel;
  /**
   * Removes secrets, and what the user's own rules name. `name`: what the text is the value of, where it is one.
   * Never called at level `none`.
   */
  clean: (text: string, name?: string) => string;
  /** Nothing of what was said leaves, only what kind it was and how long. Paths become hashes with this salt. */
  redact?: { salt: string };
  /** The user's own home folder, which becomes `~`. */
  homeDir?: string;
}

export const NO_CONTENT: ContentPolicy = { level: "none", clean: () => "" };
