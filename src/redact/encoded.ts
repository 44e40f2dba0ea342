import { secretMarker } from "./range.ts";

/** Long enough to hold a name and a value. */
const RUN = /(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{24,16384}={0,2}(?![A-Za-z0-9+/_-])/g;

/**
 * Takes away base64 of a text that has a secret in it: a file of variables, a key, a command. `hasSecret`: whether a text
 * has one. What is not base64 of a text (images, hashes) stays.
 */
export function removeEncoded(text: string, hasSecret: (text: string) => boolean): string {
  return text.replace(RUN, (run) => {
    const decoded = decode(run);
    return decoded !== undefined && hasSecret(decoded) ? secretMarker("base64") : run;
  });
}

/** The text that the run encodes; undefined where it encodes none. A torn run is as good as a whole one. */
function decode(run: string): string | undefined {
  // The first characters tell nearly always, and cost little.
  if (!isText(Buffer.from(run.slice(0, 32), "base64").toString("latin1"))) return undefined;
  const decoded = Buffer.from(run, "base64").toString("latin1");
  return isText(decoded) ? decoded : undefined;
}

function isText(decoded: string): boolean {
  return /^[\t\n\r\x20-\x7e]*$/.test(decoded);
}
