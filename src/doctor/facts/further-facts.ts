import type { Env } from "../../config/source.ts";
import { maskUrl } from "../../config/text/secret.ts";
import { type Prepared, prepare } from "../../delivery/load/load.ts";
import { destinationUrl } from "../../state/destinations/destination-place.ts";
import { furtherFault, readFurther } from "../../state/destinations/further.ts";

/** A destination that `configure --also` added, with its sending settings resolved. */
export interface Further {
  readonly preset: string;
  /** Its address with secrets masked. Undefined if its settings have none. */
  readonly endpoint: string | undefined;
  readonly prepared: Prepared;
}

/** A problem of one additional destination, in a sentence that names it. */
export interface FurtherProblem {
  readonly severity: "error" | "warning";
  readonly message: string;
}

/** Prepares the additional destinations with the files that their settings name, as a worker does. */
export function prepareFurther(
  root: string,
  place: { env: Env; homeDir: string; userAgent: string },
): Promise<Further[]> {
  const all = readFurther({ root }).map(async ({ preset, env: instead }) => {
    const prepared = await prepare({ ...place, instead, otelFromEnvironment: false });
    const url = destinationUrl(prepared.config);
    return { preset, endpoint: url === undefined ? undefined : maskUrl(url), prepared };
  });
  return Promise.all(all);
}

/** Returns the problems of additional destinations. Skips those in `common`, which affect every destination. */
export function furtherProblems(
  root: string,
  further: readonly Further[],
  common: readonly { readonly message: string }[],
): FurtherProblem[] {
  const said = new Set(common.map(({ message }) => message));
  const fault = furtherFault({ root });
  const own = further.flatMap(({ preset, endpoint, prepared }): FurtherProblem[] => {
    const name = `The additional destination ${endpoint ?? `of the preset ${preset}`}`;
    if (endpoint === undefined) return [{ severity: "error", message: `${name} has no endpoint.` }];
    return prepared.problems.flatMap(({ severity, message }) =>
      severity === "note" || said.has(message) ? [] : [{ severity, message: `${name}: ${message}` }],
    );
  });
  return [...(fault === undefined ? [] : [{ severity: "error", message: fault } as const]), ...own];
}
