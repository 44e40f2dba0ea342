/** The error's type in an API's answer that stands as JSON inside a text; nothing else of it is taken. */
export function errorTypeIn(text: string): string | undefined {
  return /"error":\{"type":"([a-z_]{1,64})"/.exec(text)?.[1];
}
