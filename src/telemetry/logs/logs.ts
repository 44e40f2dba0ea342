/** The way in to log records: in the built program a file beside it, which nobody reads who sends no logs. */
export { toLogEvents } from "./events.ts";
export type { LogEvent } from "./log-event.ts";
export { createReadableLog } from "./readable-log.ts";
