import { createHash } from "node:crypto";
import { userInfo } from "node:os";

/**
 * `user.id` as the user or an administrator has chosen it (`CCOTEL_USER_ID`): none, a hash of the name of the account on
 * this machine, or the value itself. The hash is the same on every machine where the account has that name.
 */
export function userIdOf(
  chosen: string,
  accountName: () => string = () => userInfo().username,
): string | undefined {
  if (chosen === "none") return undefined;
  if (chosen !== "hash") return chosen;
  try {
    return createHash("sha256").update(`ccotel/user\u0000${accountName()}`).digest("hex").slice(0, 16);
  } catch {
    // A container may run under an id that has no account.
    return undefined;
  }
}
