/** The `error.type` of an API answer that a text contains as JSON. Undefined when the text has none. */
export function errorTypeIn(text: string): string | undefined {
  return /"error":\{"type":"([a-z_]{1,64})"/.exec(text)?.[1];
}
