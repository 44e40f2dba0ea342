/** Fills `{field}` and `{base64:field:field}` in the rows of a preset. */

/** The text with every placeholder filled, or undefined when one of its fields has no answer. */
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

/** The names of the fields that a template needs. */
export function fieldsOf(template: string): string[] {
  return [...template.matchAll(/\{(?:base64:)?([\w:]+)\}/g)].flatMap((match) => match[1]?.split(":") ?? []);
}
