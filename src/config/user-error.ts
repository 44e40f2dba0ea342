/**
 * An error that the user can fix. `message` says what happened and what was tried; `hint` says what to do next. `main`
 * prints both without a stack trace. Every other error is a bug.
 */
export class UserError extends Error {
  override readonly name: string = "UserError";
  /** What to do next, as a sentence. */
  readonly hint: string | undefined;

  constructor(message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.hint = options.hint;
  }
}

/** There is nothing to work on, as on a machine without sessions. `main` says so like an error, and returns 0. */
export class NothingThere extends UserError {
  override readonly name = "NothingThere";
}
