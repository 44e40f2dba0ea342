/**
 * A slash command as it was typed, `/ship one`, if a prompt consists of one: the client writes its parts in tags of
 * their own.
 */
export function typedCommand(prompt: string): string | undefined {
  if (!prompt.startsWith("<command-")) return undefined;
  const partOf = (tag: string) =>
    new RegExp(`<command-${tag}>([^]*?)</command-${tag}>`).exec(prompt)?.[1]?.trim();
  const name = partOf("name");
  if (name === undefined) return undefined;
  return [name, partOf("args")].filter(Boolean).join(" ");
}
