import { beginningOf } from "./transcript-file.ts";

/** Enough to recognize the form of a file. */
const HEAD_BYTES = 4096;

/**
 * The form of a transcript in which no record can be read, and the command that makes it readable, to be followed by
 * its path: some programs write files in another form. Undefined for JSON lines, for other texts, and for a file that
 * cannot be read.
 */
export function oddFormOf(path: string): { form: string; remedy: string } | undefined {
  const head = beginningOf(path, HEAD_BYTES, "latin1");
  const isUtf16 = /^(?:\xff\xfe|\xfe\xff|\{\0|\0\{)/.test(head);
  if (isUtf16) return { form: "UTF-16 text", remedy: "iconv -f UTF-16 -t UTF-8" };
  if (/^\s*(?:\[\s*)?\{\s*\n/.test(head))
    return { form: "JSON with a record over several lines", remedy: "jq -c ." };
  if (/^\{[^\n]*\}\r\{/.test(head))
    return { form: "one line with carriage returns", remedy: "tr '\\r' '\\n' <" };
  return undefined;
}
