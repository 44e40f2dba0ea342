import { secretMarker } from "../range.ts";

/** Long enough to contain a name and a value. */
const RUN = /(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{24,16384}={0,2}(?![A-Za-z0-9+/_-])/g;

/**
 * Masks base64 of a text that contains a secret: a file of variables, a key, a command. `hasSecret` returns whether a
 * text contains one. Keeps base64 of anything else (images, hashes).
 */
export function removeEncoded(text: string, hasSecret: (text: string) => boolean): string {
  return text.replace(RUN, (run) => {
    const decoded = decode(run);
    return decoded !== undefined && hasSecret(decoded) ? secretMarker("base64") : run;
  });
}

/** Returns the decoded text, or undefined if the run does not encode a text. Also decodes a run that is cut off. */
function decode(run: string): string | undefined {
  // The first characters nearly always decide, and are cheap to decode.
  if (!isText(Buffer.from(run.slice(0, 32), "base64").toString("latin1"))) return undefined;
  const decoded = Buffer.from(run, "base64").toString("latin1");
  return isText(decoded) ? decoded : undefined;
}

function isText(decoded: string): boolean {
  return /^[\t\n\r\x20-\x7e]*$/.test(decoded);
}
