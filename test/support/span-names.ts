/** A span's name without what the first span of a trace says behind it: the project, and the session's title. */
export function usualName(name: string): string {
  return name.replace(/^(claude_code\.[a-z.]+|invoke_agent claude-code) .*$/s, "$1");
}
