import { globalOptions } from "./global-options.ts";
import { signalOptions } from "./signal-options.ts";

export { globalOptions } from "./global-options.ts";
export { envNames, type Option, showValue } from "./option.ts";
export { signalOptions } from "./signal-options.ts";

/** The option table: each setting once, by its key. The loader, `status`, the help text and the docs read it. */
export const options = { ...globalOptions, ...signalOptions } as const;
export type OptionKey = keyof typeof options;
