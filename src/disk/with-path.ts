/**
 * Runs a write to a file. An error of a write or flush, such as that of a full disk, knows no path: it gets this one,
 * so that a person can be told where there is no room. Throws the error.
 */
export function withPath<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw namePath(error, path);
  }
}

/** Adds the path to an error of the file system that has none. Returns the error. */
export function namePath(error: unknown, path: string): unknown {
  if (error instanceof Error && "syscall" in error) (error as NodeJS.ErrnoException).path ??= path;
  return error;
}
