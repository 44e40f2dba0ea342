const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether the text is a UUID, as the ids of sessions are, and nothing else. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
