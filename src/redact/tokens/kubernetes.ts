import { secretMarker } from "../range.ts";

const IS_SECRET = /(?:\b|\\n)kind\\{0,4}["']?\s{0,4}:\s{0,4}\\{0,4}["']?Secret\b/;

/** A line end, in a text or in JSON. */
const LINE_END = /(\r?\n|\\r\\n|\\n)/;

/** The text before a value in a line of a map. May include line numbers and the signs of a diff. */
const ENTRY = /^([\s\d→|:+-]{0,40}?\\?["']?[\w.-]{1,253}\\?["']?:\s{1,4}\\?["']?)(?=[^\s"'\\{}[\]|>])/;
const ANY_VALUE = /^[^"'\\]{3,}/;
const BASE64_VALUE = /^[A-Za-z0-9+/]{4,}={0,2}(?=[.;:)]?(?:[\s"',\\}]|$))/;

/** The content of `data` and `stringData` in JSON. */
const JSON_DATA = /(\\{0,4}"(?:data|stringData)\\{0,4}"\s{0,4}:\s{0,4}\{)([^{}]{1,65536})/g;
const JSON_VALUE = /(:\s{0,4}\\{0,4}")((?:(?!\\{0,4}")[^\n]){1,16384})/g;

/** Masks the values of Kubernetes secrets under any name, in YAML and JSON. */
export function removeKubernetesSecrets(text: string): string {
  if (!IS_SECRET.test(text)) return text;
  const marker = secretMarker("value");
  const json = text.replace(JSON_DATA, (_, head: string, values: string) => {
    return head + values.replace(JSON_VALUE, (__, before: string) => before + marker);
  });
  let isPlain = false;
  return json
    .split(LINE_END)
    .map((line) => {
      const map = /^[\s\d→|:+-]{0,40}?\\?["']?(data|stringData|kind|metadata|type|apiVersion)\\?["']?:/.exec(
        line,
      )?.[1];
      if (map !== undefined) {
        isPlain = map === "stringData";
        return line;
      }
      const before = ENTRY.exec(line)?.[0];
      if (before === undefined) return line;
      return before + line.slice(before.length).replace(isPlain ? ANY_VALUE : BASE64_VALUE, marker);
    })
    .join("");
}
