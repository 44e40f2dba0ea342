/** Puts a word in single quotes, safe in any POSIX shell and in Git Bash. */
export function quoteWord(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** A word as a shell takes it: in quotes if it has characters that a shell may read as something else. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : quoteWord(word);
}
