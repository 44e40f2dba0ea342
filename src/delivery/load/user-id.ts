import { userInfo } from "node:os";
import { sha256 } from "../../sha256.ts";

/**
 * `user.id` as the user or an administrator has chosen it (`CCOTEL_USER_ID`): not set, a hash of this machine's account
 * name, or the value itself. The hash is the same on every machine where the account has that name.
 */
export function userIdOf(
  chosen: string,
  accountName: () => string = () => userInfo().username,
): string | undefined {
  if (chosen === "none") return undefined;
  if (chosen !== "hash") return chosen;
  try {
    return sha256(`ccotel/user\u0000${accountName()}`).slice(0, 16);
  } catch {
    // In a container, the process's user id may have no account.
    return undefined;
  }
}
