/** Fills `{field}` and `{base64:field:field}` in the rows of a preset. */

/** Fills every placeholder. Returns undefined if one of the fields has no value. */
export function fill(template: string, answers: ReadonlyMap<string, string>): string | undefined {
  let whole = true;
  const value = (name: string) => {
    const answer = answers.get(name);
    if (answer === undefined) whole = false;
    return answer ?? "";
  };
  const text = template.replace(/\{(?:base64:)?([\w:]+)\}/g, (placeholder, names: string) => {
    const parts = names.split(":").map(value).join(":");
    return placeholder.startsWith("{base64:") ? Buffer.from(parts, "utf8").toString("base64") : parts;
  });
  return whole ? text : undefined;
}

/** Returns the names of the fields in a template. */
export function fieldsOf(template: string): string[] {
  return [...template.matchAll(/\{(?:base64:)?([\w:]+)\}/g)].flatMap((match) => match[1]?.split(":") ?? []);
}
