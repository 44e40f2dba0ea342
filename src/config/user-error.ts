/**
 * Something the user can fix: what happened and what was tried in `message`, what to do next in `hint`.
 * `main` prints it once, without a stack trace; every other error is a bug and may crash loudly.
 */
export class UserError extends Error {
  override readonly name = "UserError";
  /** What to do next, as a sentence. */
  readonly hint: string | undefined;

  constructor(message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.hint = options.hint;
  }
}
