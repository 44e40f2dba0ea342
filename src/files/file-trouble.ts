import { UnfitFileError } from "../disk/read.ts";

/**
 * Whether an error comes from a file that cannot be read. Commands that read many sessions report it and go on: a
 * transcript of another user, as `sudo claude` leaves it, or one of many gigabytes must not hide all others.
 */
export function isFileTrouble(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof UnfitFileError || (error instanceof Error && "syscall" in error);
}
