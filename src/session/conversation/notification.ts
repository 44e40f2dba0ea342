/**
 * What Claude Code writes in place of a prompt when a background agent or command has finished: a block for the model,
 * with ids and a file that no person wants to read. Clients of 2.0 have one for agents and one for commands.
 */

/** Each notification of a prompt, up to its end or, if that was cut off, to the end of the prompt. */
const BLOCKS = /^<(task|agent|bash)-notification>.*?(?:<\/\1-notification>|(?!.))/gms;

/** Whether the prompt begins with a notification. One that a person quotes further down is a part of the prompt. */
export function isNotification(prompt: string): boolean {
  return /^<(?:task|agent|bash)-notification>/.test(prompt);
}

/** The prompt with a summary in place of each notification. Other prompts stay as they are. */
export function withSummaries(prompt: string): string {
  return isNotification(prompt) ? prompt.replace(BLOCKS, summaryOf) : prompt;
}

/** The same with the result of the agent, or the event, behind each summary. Undefined for other prompts. */
export function notificationText(prompt: string): string | undefined {
  if (!isNotification(prompt)) return undefined;
  return prompt.replace(BLOCKS, (block) => [summaryOf(block), resultOf(block)].filter(Boolean).join("\n\n"));
}

function summaryOf(block: string): string {
  return unescaped(/<summary>(.*?)<\/summary>/s.exec(block)?.[1]) || "task notification";
}

/** Some clients do not escape the result, so it may have tags of its own. Other parts come behind its end. */
function resultOf(block: string): string {
  const [, tag, rest = ""] = /<(result|event)>(.*)/s.exec(block) ?? [];
  const end = rest.lastIndexOf(`</${tag}>`);
  return unescaped(end === -1 ? "" : rest.slice(0, end));
}

const CHARACTERS: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };

function unescaped(text = ""): string {
  return text.replace(/&(?:lt|gt|amp);/g, (name) => CHARACTERS[name] ?? name).trim();
}
