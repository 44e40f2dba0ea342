import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { shownJson } from "./shown-json.ts";

/** The built page (`dist/page.html`) with a content security policy that allows only its own script and style. */
interface PageFile {
  html: string;
  /** The policy for the server: it also allows requests to the page's own origin. */
  policy: string;
}

/** The element for the data of a shared file. The build leaves it empty. */
const DATA_PLACE = '<script type="application/octet-stream" id="data"></script>';
const HEAD = "<head>";

/** Returns the built page with its policy for the server. */
export function openPage(html: string): PageFile {
  return { html, policy: policyOf(html, "'self'") };
}

/**
 * Returns one file that opens from disk without a network: the page with its data, compressed. Base64 contains no
 * character that could end the element.
 */
export function sharedFile(html: string, data: unknown): string {
  const packed = gzipSync(shownJson(data)).toString("base64");
  const place = html.lastIndexOf(DATA_PLACE);
  if (place === -1) throw new Error("The built page has no place for data.");
  const policy = `<meta http-equiv="Content-Security-Policy" content="${policyOf(html, "'none'")}">`;
  const filled = `${html.slice(0, place)}${DATA_PLACE.replace("></", `>${packed}</`)}${html.slice(place + DATA_PLACE.length)}`;
  return filled.replace(HEAD, `${HEAD}${policy}`);
}

function policyOf(html: string, connect: string): string {
  const sources = (element: string) =>
    [...html.matchAll(new RegExp(`<${element}>([\\s\\S]*?)</${element}>`, "g"))]
      .map(([, text = ""]) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`)
      .join(" ");
  return [
    "default-src 'none'",
    `script-src ${sources("script")}`,
    `style-src ${sources("style")}`,
    `connect-src ${connect}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}
