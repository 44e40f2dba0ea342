/** Loads the rules: in the built program a file beside it, which nobody reads who sends no content. */
export function loadRedact(): Promise<typeof import("./redact.ts")> {
  return import("./redact.ts");
}
