import { secretMarker } from "../range.ts";

const BEGIN = "-{4,5} ?BEGIN(?:[A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,20}| OpenVPN Static key V\\d)-{4,5}";
const END = "-{4,5} ?END(?:[A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,20}| OpenVPN Static key V\\d)-{4,5}";

/**
 * From the first to the last line, with anything in between (line numbers, escapes). Without the last line, to the end
 * of the text.
 */
const FROM_BEGIN = new RegExp(`${BEGIN}[\\s\\S]*?(?:${END}|$)`, "g");

/** The end of a key whose beginning is cut off, with the lines before it that may belong to the key. */
const UP_TO_END = new RegExp(`[\\s\\S]*?${END}`);
const LINE_OF_KEY = /^[\s\d|>+→:]*(?:[A-Za-z0-9+/=]{16,}|[A-Za-z0-9+/]{0,76}={0,2})\s*$/;

/** PuTTY's format has no END line. */
const PUTTY = /Private-Lines:\s*\d+[\s\S]*?(?:Private-(?:MAC|Hash):[ \t]*\w*|$)/g;

/** Replaces private keys in PEM form, also those cut off. */
export function removePrivateKeys(text: string): string {
  let out = text;
  if (out.includes("PRIVATE KEY") || out.includes("OpenVPN Static key")) {
    out = out.replace(FROM_BEGIN, secretMarker("private key"));
    if (UP_TO_END.test(out)) out = out.replace(UP_TO_END, withoutKeyLines);
  }
  if (out.includes("Private-Lines")) out = out.replace(PUTTY, secretMarker("private key"));
  return out;
}

function withoutKeyLines(upToEnd: string): string {
  const lines = upToEnd.split("\n");
  lines.pop();
  while (lines.length > 0 && LINE_OF_KEY.test(lines.at(-1) as string)) lines.pop();
  return [...lines, secretMarker("private key")].join("\n");
}
