/** A span's name without the project and session title that the first span of a trace has at its end. */
export function usualName(name: string): string {
  return name.replace(/^(claude_code\.[a-z.]+|invoke_agent claude-code) .*$/s, "$1");
}
