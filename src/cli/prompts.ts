import type { Readable, Writable } from "node:stream";
import { autocomplete, confirm, isCancel, password, select, text } from "@clack/prompts";

/** Questions to a person at a terminal. Each answers undefined when that person wants to leave (Ctrl-C). */
export interface Prompter {
  /** One of several; with many of them, typing narrows them down. */
  choose(question: string, choices: readonly Choice[], first?: string): Promise<string | undefined>;
  /** A line of text; an empty one gives the default, and without a default is no answer. */
  type(question: string, more?: TextOptions): Promise<string | undefined>;
  /** A line that is not shown. */
  secret(question: string, more?: Pick<TextOptions, "optional">): Promise<string | undefined>;
  agree(question: string, first: boolean): Promise<boolean | undefined>;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

export interface TextOptions {
  readonly default?: string;
  /** Shown in an empty line. */
  readonly example?: string;
  /** Whether nothing is an answer, too: an empty text then. */
  readonly optional?: boolean;
}

/** More choices than this are searched by typing. */
const MANY = 8;

/**
 * Questions through the library of our choice. This file is a bundle of its own, loaded only when somebody is asked: the
 * library is larger than everything else that `configure` needs.
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
