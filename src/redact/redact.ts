/** Removes secrets from text. A separate bundle (`dist/redact.cjs`) that only a process that sends content loads. */
export { parseOwnRules } from "./own-rules.ts";
export { removeSecrets } from "./secrets.ts";
