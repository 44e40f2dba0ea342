import type { Word, WordPart } from "unbash";

/** What a command line itself says about its words while it is walked. */
interface Known {
  /** Values of the variables that the command line itself sets. */
  variables: Map<string, string>;
}

const MAX_WORD = 4_096;

/** A substitution that only prints words: `$(echo rm)`. */
const LITERAL_SUBSTITUTION = /(?:\$\(|`)\s*(?:echo|printf)\s+(['"]?)([\w./~ -]{1,200})\1\s*(?:\)|`)/g;

/** A word without quotes. Variables that the command line itself has set are replaced by their values. */
export function plainWord({ value }: Word, { variables }: Known): string {
  if (!/[$`]/.test(value)) return value;
  const known =
    variables.size === 0
      ? value
      : value.replace(
          /\$(?:\{(\w+)(?::?[-=?][^{}$]*)?\}|(\w+))/g,
          (written, braced, plain) => variables.get(braced ?? plain) ?? written,
        );
  // Variables that hold each other grow without an end.
  return known.length > MAX_WORD ? value : known.replace(LITERAL_SUBSTITUTION, "$2");
}

/** The words that the shell makes of one: it splits what an unquoted variable or substitution holds. */
export function splitWord(word: Word, known: Known): string[] {
  const plain = plainWord(word, known);
  const [part, ...others] = word.parts ?? [];
  const isUnquoted = others.length === 0 && part !== undefined && EXPANDS.has(part.type);
  if (!isUnquoted || plain === word.value) return [plain];
  return plain.split(/\s+/).filter((one) => one !== "");
}

const EXPANDS = new Set<WordPart["type"]>(["SimpleExpansion", "ParameterExpansion", "CommandExpansion"]);

/** Names of the variables whose values stand in these words. Not those that a word only tests, counts or cuts. */
export function shownVariables(words: readonly Word[]): string[] {
  return words.flatMap(({ parts = [] }) => parts.flatMap(variablesIn));
}

function variablesIn(part: WordPart): string[] {
  switch (part.type) {
    case "SimpleExpansion":
      return [part.text.slice(1)];
    case "ParameterExpansion": {
      const operator = part.operation?.type === "Default" ? part.operation.operator : part.operation?.type;
      const isPart = part.prefix !== undefined || operator === "Slice" || /\+$/.test(operator ?? "");
      return isPart ? [] : [part.parameter];
    }
    case "DoubleQuoted":
      return part.parts.flatMap((inner) => variablesIn(inner as WordPart));
    default:
      return [];
  }
}
