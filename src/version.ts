declare const __CCOTEL_VERSION__: string | undefined;

/** The package's version, put in by the build; tests run from source see a placeholder. */
export const VERSION: string = typeof __CCOTEL_VERSION__ === "string" ? __CCOTEL_VERSION__ : "0.0.0-dev";

declare const __CCOTEL_BUGS__: string | undefined;

/** Where bugs are reported: `bugs.url` of package.json, put in by the build. Undefined while there is no such place. */
export const ISSUE_TRACKER: string | undefined =
  typeof __CCOTEL_BUGS__ === "string" && __CCOTEL_BUGS__ !== "" ? __CCOTEL_BUGS__ : undefined;
