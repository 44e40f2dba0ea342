import type { ContentLevel } from "../../src/choices.ts";
import { removeSecrets } from "../../src/redact/redact.ts";
import type { ContentPolicy } from "../../src/telemetry/content/policy.ts";

/** A content policy for the user of the recordings, whose home was `/home/dev`. */
export function policy(level: ContentLevel, redact = false): ContentPolicy {
  return {
    level,
    clean: removeSecrets,
    homeDir: "/home/dev",
    ...(redact ? { redact: { salt: "salt of a test" } } : {}),
  };
}

/** Every level, with and without `redact`, by name. */
export const POLICIES: Record<string, ContentPolicy> = {
  none: policy("none"),
  details: policy("details"),
  full: policy("full"),
  "details-redacted": policy("details", true),
  "full-redacted": policy("full", true),
};
