import type { Response } from "./response.ts";

/**
 * The id of the session that a response counts for: the session that sent it, also where forks have copied it. A copied
 * line names the session that sent or wrote it. A copy by a 1.0 client lacks the request id instead. If neither
 * decides, or if the sender's file is missing, it is the holder whose id sorts first, so that the response counts once.
 */
export function ownerOf({ holders, senders, sentBy }: Response): string {
  const all = [...holders].sort();
  const sender = all.find((holder) => senders.has(holder));
  if (sender !== undefined) return sender;
  const [only, another] = all.filter((holder) => sentBy.has(holder));
  return only !== undefined && another === undefined ? only : (all[0] as string);
}
