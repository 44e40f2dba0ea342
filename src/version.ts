declare const __CCOTEL_VERSION__: string | undefined;

/** The package's version, set by the build. Tests that run from source see a placeholder. */
export const VERSION: string = typeof __CCOTEL_VERSION__ === "string" ? __CCOTEL_VERSION__ : "0.0.0-dev";

declare const __CCOTEL_BUGS__: string | undefined;

/** The address for bug reports: `bugs.url` of package.json, set by the build. Undefined if package.json has none. */
export const ISSUE_TRACKER: string | undefined =
  typeof __CCOTEL_BUGS__ === "string" && __CCOTEL_BUGS__ !== "" ? __CCOTEL_BUGS__ : undefined;
