import type { ContentLevel } from "../../src/choices.ts";
import { removeSecrets } from "../../src/redact/redact.ts";
import type { ContentPolicy } from "../../src/telemetry/content/policy.ts";

/** A policy as the recordings' user would have it: their home was `/home/dev`. */
export function policy(level: ContentLevel, redact = false): ContentPolicy {
  return {
    level,
    clean: removeSecrets,
    homeDir: "/home/dev",
    ...(redact ? { redact: { salt: "salt of a test" } } : {}),
  };
}

/** Each level, with and without the switch that replaces everything. */
export const POLICIES: Record<string, ContentPolicy> = {
  none: policy("none"),
  details: policy("details"),
  full: policy("full"),
  "details-redacted": policy("details", true),
  "full-redacted": policy("full", true),
};
