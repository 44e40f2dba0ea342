import type { Readable, Writable } from "node:stream";
import { autocomplete, confirm, isCancel, password, select, text } from "@clack/prompts";

/** Questions to a person at a terminal. Each returns undefined after Ctrl-C. */
export interface Prompter {
  /** Asks for one of several choices. In a long list, typing filters the choices. */
  choose(question: string, choices: readonly Choice[], first?: string): Promise<string | undefined>;
  /** Asks for a line of text. An empty line gives the default. Without a default, the prompt rejects an empty line. */
  type(question: string, more?: TextOptions): Promise<string | undefined>;
  /** Asks for a line without showing it. */
  secret(question: string, more?: Pick<TextOptions, "optional">): Promise<string | undefined>;
  agree(question: string, first: boolean): Promise<boolean | undefined>;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

interface TextOptions {
  readonly default?: string;
  /** A placeholder in the empty line. */
  readonly example?: string;
  /** Whether the user may leave the line empty. The answer is then an empty string. */
  readonly optional?: boolean;
}

/** With more choices than this, the user searches by typing. */
const MANY = 8;

/**
 * Creates the prompts with the prompt library. This file is a separate bundle and is loaded only to ask a question: the
 * library is larger than the rest of `configure`.
 */
export function createPrompter(streams: { input: Readable; output: Writable }): Prompter {
  return {
    async choose(message, choices, first) {
      const options = choices.map((choice) => ({ ...choice }));
      const initial = first === undefined ? {} : { initialValue: first };
      const ask = { message, options, ...initial, ...streams };
      return answer(await (choices.length > MANY ? autocomplete({ ...ask, maxItems: 12 }) : select(ask)));
    },
    async type(message, more = {}) {
      const { example } = more;
      const shown = more.default === undefined ? {} : { initialValue: more.default };
      const placeholder = example === undefined ? {} : { placeholder: `for example ${example}` };
      const validate = needed(more.optional === true || more.default !== undefined);
      const typed = answer(await text({ message, ...shown, ...placeholder, validate, ...streams }));
      return typed === undefined ? undefined : typed.trim() || more.default || "";
    },
    async secret(message, more = {}) {
      const typed = answer(await password({ message, validate: needed(more.optional === true), ...streams }));
      return typed?.trim();
    },
    async agree(message, first) {
      return answer(await confirm({ message, initialValue: first, ...streams }));
    },
  };
}

function answer<T>(given: T): Exclude<T, symbol> | undefined {
  return isCancel(given) ? undefined : (given as Exclude<T, symbol>);
}

function needed(mayBeEmpty: boolean) {
  return (given: string | undefined) =>
    mayBeEmpty || given?.trim()
      ? undefined
      : "This value is required (press Ctrl-C to leave everything as it is).";
}
