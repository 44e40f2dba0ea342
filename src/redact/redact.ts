/**
 * What removes secrets from text: a bundle of its own (`dist/redact.cjs`), which only a process that sends content loads.
 */
export { parseOwnRules } from "./own-rules.ts";
export { removeSecrets } from "./secrets.ts";
