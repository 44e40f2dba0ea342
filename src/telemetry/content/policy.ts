import type { ContentLevel } from "../../choices.ts";

/** What content the user allows to be sent. */
export interface ContentPolicy {
  level: ContentLevel;
  /**
   * Removes secrets and what the user's own rules match. `name`: name of the value that the text is, if it has one.
   * Never called at level `none`.
   */
  clean: (text: string, name?: string) => string;
  /** If set, only the kind and length of texts is sent, and paths are sent as hashes with this salt. */
  redact?: { salt: string };
  /** The user's home folder, which `~` replaces in texts. */
  homeDir?: string;
}

/** Allows no content. */
export const NO_CONTENT: ContentPolicy = { level: "none", clean: () => "" };
