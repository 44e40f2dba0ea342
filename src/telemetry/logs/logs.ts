/** Entry to the code for log records. The build makes it a separate file, which is loaded only if logs are sent. */
export { toLogEvents } from "./events.ts";
export type { LogEvent } from "./log-event.ts";
export { createReadableLog } from "./readable-log.ts";
