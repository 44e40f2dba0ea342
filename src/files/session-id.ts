const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const SESSION_ID = new RegExp(`^${UUID}$`, "i");
const TRANSCRIPT = new RegExp(`^(${UUID})\\.jsonl$`, "i");

/** Whether the text is a session's id: a UUID. */
export function isSessionId(text: string): boolean {
  return SESSION_ID.test(text);
}

/** The session whose transcript a file with this name is. Undefined if the name is not one of a transcript. */
export function sessionIdOf(name: string): string | undefined {
  return TRANSCRIPT.exec(name)?.[1];
}
