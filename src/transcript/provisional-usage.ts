import { atLeast, isOlder, parseVersion } from "../versions.ts";

/**
 * What the lines of one response say about its usage. `hasStopReason`: one of the lines has a stop reason.
 * `output`: the largest output count.
 */
interface WrittenUsage {
  output: number;
  hasStopReason: boolean;
  isAborted: boolean;
  clientVersion?: string | undefined;
}

/** The first and the first later version of the clients that write only the usage from the response's beginning. */
const FAULTY_SINCE = [2, 1, 8] as const;
const MENDED_IN = [2, 1, 59] as const;

/**
 * Returns whether a response's usage is the one that the API sends when the response begins. Its input and cache counts
 * are final, but its output count is a token or a few: the client was stopped before the API sent the final count, or
 * it is a version that does not write the final count.
 */
export function isProvisional({ output, hasStopReason, isAborted, clientVersion }: WrittenUsage): boolean {
  if (hasStopReason) return false;
  return output <= 1 || isAborted || writesNoFinalUsage(clientVersion);
}

/** Whether the client is a version that does not write the final output count of any response. */
export function writesNoFinalUsage(text: string | undefined): boolean {
  const version = parseVersion(text ?? "");
  return version !== undefined && atLeast(version, FAULTY_SINCE) && isOlder(text, MENDED_IN);
}
