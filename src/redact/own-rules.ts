/** A regular expression from the user's file, with its line number. */
export interface OwnRule {
  line: number;
  pattern: RegExp;
}

interface OwnRules {
  rules: OwnRule[];
  /** What is wrong with the file, one sentence a line. With any problem, nothing may be sent. */
  problems: string[];
}

/**
 * Parses the user's file: one JavaScript regular expression a line, with or without slashes and flags (`/…/i`). Ignores
 * empty lines and lines that begin with `#`.
 */
export function parseOwnRules(text: string): OwnRules {
  const rules: OwnRule[] = [];
  const problems: string[] = [];
  for (const [index, raw] of text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .entries()) {
    const source = raw.trim();
    if (source === "" || source.startsWith("#")) continue;
    const line = index + 1;
    const parsed = parseRule(source);
    if (typeof parsed === "string") problems.push(`Line ${line} ${parsed}`);
    else rules.push({ line, pattern: parsed });
  }
  return { rules, problems };
}

function parseRule(source: string): RegExp | string {
  const literal = /^\/(.+)\/([a-z]*)$/.exec(source);
  const flags = literal?.[2] ?? "";
  const wrong = /[^imsuv]/.exec(flags)?.[0];
  if (wrong !== undefined) return `has the flag ${wrong}: i, m, s, u and v are known.`;
  let pattern: RegExp;
  try {
    pattern = new RegExp(literal?.[1] ?? source, `g${flags}`);
  } catch (error) {
    return `is no regular expression: ${(error as Error).message.replace(/^Invalid regular expression: /, "")}.`;
  }
  return new RegExp(pattern.source, flags).test("")
    ? "matches the empty text, so it would match everywhere."
    : pattern;
}
