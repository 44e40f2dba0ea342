declare const __CCOTEL_VERSION__: string | undefined;

/** The package's version, put in by the build; tests run from source see a placeholder. */
export const VERSION: string = typeof __CCOTEL_VERSION__ === "string" ? __CCOTEL_VERSION__ : "0.0.0-dev";
