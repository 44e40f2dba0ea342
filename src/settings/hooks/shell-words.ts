/**
 * Splits a plain command line into words, such as the one shell line that clients before 2.1.139 run. Returns undefined
 * if it is more than one command (`;`, `&`, `|`, redirections, substitutions): the user wrote that line, and it is not
 * only ours.
 */
export function splitWords(line: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let index = 0; index < line.length; index++) {
    const char = line.charAt(index);
    if (char === "'" || char === '"') {
      const close = closingQuote(line, index);
      if (close < 0) return undefined;
      const inner = line.slice(index + 1, close);
      word = (word ?? "") + (char === '"' ? inner.replace(/\\(["\\$`])/g, "$1") : inner);
      index = close;
    } else if (char === "\\" && index + 1 < line.length && /[\s'"\\]/.test(line.charAt(index + 1))) {
      word = (word ?? "") + line.charAt(++index);
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (";&|<>()`$".includes(char)) {
      return undefined;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

function closingQuote(line: string, open: number): number {
  const quote = line.charAt(open);
  for (let index = open + 1; index < line.length; index++) {
    if (quote === '"' && line.charAt(index) === "\\") index++;
    else if (line.charAt(index) === quote) return index;
  }
  return -1;
}
