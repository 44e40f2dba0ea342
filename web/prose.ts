/** A block of code, code within a line, and bold text, as Markdown writes them. */
const MARKUP = /(```[^\n]*\n[\s\S]*?```|`[^`\n]+`|\*\*[^*\n]+\*\*)/;

/** A part of a text: as it is, or what one of the marks holds. */
export type ProsePart = [kind: "text" | "block" | "code" | "b", text: string];

/** Splits a text at Markdown's marks for code and bold text. All others stay as they are: they read well as text. */
export function proseParts(text: string): ProsePart[] {
  return text
    .split(MARKUP)
    .map((part, index): ProsePart => {
      if (index % 2 === 0) return ["text", part];
      if (part.startsWith("**")) return ["b", part.slice(2, -2)];
      if (part.startsWith("```")) return ["block", part.slice(part.indexOf("\n") + 1, -3).trimEnd()];
      return ["code", part.slice(1, -1)];
    })
    .filter(([, part]) => part !== "");
}
