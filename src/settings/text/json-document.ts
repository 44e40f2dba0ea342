/**
 * Reads a settings file as strictly as Claude Code does, and keeps the offsets that an edit needs. Claude Code loads
 * nothing from a file with a comment, a trailing comma or a missing end. So ccotel reports such a file and does not
 * tolerate it. Claude Code accepts a byte order mark and an empty file.
 */

import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";

/** Where and why a settings file cannot be used. Line and column count from 1. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
  readonly reason: string;
  /** Set if the file is valid JSON, but a part of it has the wrong shape for settings. */
  readonly isShape?: true;
}

/** A settings text without its byte order mark: an object with offsets into `body`, an empty text, or a broken one. */
type JsonDocument =
  | { readonly kind: "object"; readonly bom: string; readonly body: string; readonly root: Node }
  | { readonly kind: "empty"; readonly bom: string; readonly body: string }
  | { readonly kind: "broken"; readonly problem: JsonFault };

/** Parses `text`. White space alone counts as empty. */
export function readDocument(text: string): JsonDocument {
  const bom = text.startsWith("\uFEFF") ? "\uFEFF" : "";
  const body = text.slice(bom.length);
  if (body.trim() === "") return { kind: "empty", bom, body };
  const fault = findFault(body);
  if (fault) return { kind: "broken", problem: { ...position(body, fault.offset), reason: fault.reason } };
  const root = parseTree(body);
  if (root?.type === "object") return { kind: "object", bom, body, root };
  const reason = `the file holds ${article(root?.type ?? "nothing")}, and settings are an object in { }`;
  return { kind: "broken", problem: { ...position(body, root?.offset ?? 0), reason } };
}

/** Returns the property of an object with this key. Of two with the same name the last counts, as in `JSON.parse`. */
export function member(object: Node, key: string): Node | undefined {
  if (object.type !== "object") return undefined;
  return object.children?.findLast((property) => property.children?.[0]?.value === key);
}

/** Returns the value at a path of keys, or undefined if the path ends early. */
export function valueAt(root: Node, path: readonly string[]): Node | undefined {
  let node: Node | undefined = root;
  for (const key of path) node = node && member(node, key)?.children?.[1];
  return node;
}

/** Returns the text of a node as it is in the file. */
export function raw(body: string, node: Node): string {
  return body.slice(node.offset, node.offset + node.length);
}

/** Returns the value of a node as plain data. `JSON.parse` makes `__proto__` an ordinary key. */
export function plain(body: string, node: Node): unknown {
  return JSON.parse(raw(body, node));
}

/** Returns line and column of an offset, both from 1. `\r\n`, `\n` and a lone `\r` each end a line. */
export function position(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split(/\r\n|\n|\r/);
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function findFault(body: string): { offset: number; reason: string } | undefined {
  const errors: ParseError[] = [];
  try {
    parseTree(body, errors, { disallowComments: true, allowTrailingComma: false });
    if (errors.length === 0) JSON.parse(body);
  } catch (error) {
    if (error instanceof RangeError) return { offset: 0, reason: "it is nested too deeply to be read" };
    return { offset: offsetIn(error), reason: INVALID };
  }
  const first = errors.sort((a, b) => a.offset - b.offset)[0];
  if (!first) return undefined;
  const comma = /,\s*$/.exec(body.slice(0, first.offset));
  if (comma && "]}".includes(body.charAt(first.offset)) && first.offset < body.length) {
    return { offset: comma.index, reason: "a comma stands before a closing bracket" };
  }
  return { offset: first.offset, reason: REASONS[printParseErrorCode(first.error)] ?? INVALID };
}

/** Reached only for text that jsonc-parser accepts and JSON.parse rejects. V8 names the place as "position N". */
function offsetIn(error: unknown): number {
  return Number(/position (\d+)/.exec(String(error))?.[1] ?? 0);
}

const INVALID = "this is not valid JSON";

const REASONS: Partial<Record<string, string>> = {
  InvalidCommentToken: "a comment stands here",
  UnexpectedEndOfComment: "a comment stands here",
  UnexpectedEndOfString: "a string is not closed",
  CloseBraceExpected: "a closing } is missing",
  CloseBracketExpected: "a closing ] is missing",
  ColonExpected: "a colon is missing",
  CommaExpected: "a comma is missing",
  EndOfFileExpected: "there is more after the end of the object",
  InvalidCharacter: "a string holds a control character",
  InvalidEscapeCharacter: "a string holds an escape that JSON does not know",
  InvalidNumberFormat: "a number is written in a way that JSON does not know",
  InvalidUnicode: "a string holds an incomplete \\u escape",
  PropertyNameExpected: 'a key in "double quotes" is missing',
  ValueExpected: "a value is missing",
};

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : type === "null" || type === "nothing" ? type : `a ${type}`;
}
