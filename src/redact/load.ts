/** Loads the rules. In the built program they are a separate file that a process without content never reads. */
export function loadRedact(): Promise<typeof import("./redact.ts")> {
  return import("./redact.ts");
}
