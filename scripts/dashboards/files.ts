import { rulesFile } from "./rules.ts";

/** All files that `npm run dashboards` writes, by their path in the repository. */
export function generatedFiles(): Record<string, string> {
  return {
    "examples/alerts/ccotel-rules.yaml": rulesFile(),
  };
}
