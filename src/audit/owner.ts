import type { Response } from "./response.ts";

/**
 * The session that a response counts with: the one that sent it, wherever it stands too. Copies say it in the id of the
 * session that sent or wrote them, or (1.0) by having lost their request id. Where nothing tells, and where the sender's
 * file is gone, it is the first in the order of their ids, so that it counts once.
 */
export function ownerOf({ holders, senders, sentBy }: Response): string {
  const all = [...holders].sort();
  const sender = all.find((holder) => senders.has(holder));
  if (sender !== undefined) return sender;
  const [only, another] = all.filter((holder) => sentBy.has(holder));
  return only !== undefined && another === undefined ? only : (all[0] as string);
}
