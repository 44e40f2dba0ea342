import { isUuid } from "../uuid.ts";

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const SOME_ID = "00000000-0000-0000-0000-000000000000";
const TRANSCRIPT = new RegExp(`^${UUID}\\.jsonl$`, "i");
// Other programs put a time or a word with a hyphen before the id of what is no copy.
const COPY = new RegExp(`^(?:[^0-9.]+ )?(${UUID})(?:[^0-9a-z].*)?\\.jsonl$`, "i");

/** Whether the text is a session's id: a UUID. */
export function isSessionId(text: string): boolean {
  return isUuid(text);
}

/** Whether the text can be the beginning of a session's id: at least four of its characters. */
export function isBeginningOfId(text: string): boolean {
  return text.length >= MIN_BEGINNING && canBegin(text);
}

/** Whether the text would be the beginning of a session's id if it were longer. */
export function isShortOfId(text: string): boolean {
  return text !== "" && text.length < MIN_BEGINNING && canBegin(text);
}

/** Fewer characters than this name a session too easily by mistake. */
const MIN_BEGINNING = 4;

function canBegin(text: string): boolean {
  return isUuid(text + SOME_ID.slice(text.length));
}

/**
 * The session whose transcript a file with this name is. Undefined if the name is not one of a transcript. Other
 * programs write names in capitals; the client writes ids in small letters.
 */
export function sessionIdOf(name: string): string | undefined {
  return TRANSCRIPT.test(name) ? name.slice(0, -".jsonl".length).toLowerCase() : undefined;
}

/**
 * The session that a file with this name is a copy of. Dropbox, Syncthing and other programs that sync folders put such
 * copies beside a transcript that was continued on two machines: `<id>.sync-conflict-….jsonl`, `<id> (…).jsonl`. File
 * managers name a copy `Copy of <id>.jsonl`.
 */
export function sessionOfCopy(name: string): string | undefined {
  return COPY.exec(name)?.[1]?.toLowerCase();
}
