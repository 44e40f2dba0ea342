import {
  type Command,
  type For,
  forEachChild,
  type Pipeline,
  parse,
  type Redirection,
  type SyntaxNode,
  type Word,
} from "unbash";
import type { ShellCommand } from "./command.ts";
import { type Fetched, noteFetched, runsFetched } from "./fetched.ts";
import { isSource } from "./network.ts";
import { foundBy, literalOutput, type Source, sourcesIn } from "./sources.ts";
import { plainWord, shownVariables, splitWord } from "./words.ts";
import { unwrapped } from "./wrappers.ts";

/** Only so many characters of a command line are parsed. */
const MAX_SOURCE = 32_768;
/** Maximum depth of nested command lines: `sh -c "sh -c '…'"`. */
const MAX_NESTING = 5;
/** The walk visits no more nodes once it has found so many programs. */
const MAX_COMMANDS = 2_000;
/** The walk visits at most so many nodes; loops are visited once for each of their words. */
const MAX_VISITS = 50_000;
const MAX_LOOP_WORDS = 8;

/** Programs that set variables given as arguments. */
const DECLARES = new Set(["export", "declare", "typeset", "local", "readonly"]);

interface Walk {
  found: ShellCommand[];
  /** Values of the variables that the command line itself sets. */
  variables: Map<string, string>;
  /** Variables and files that hold what the command line has fetched. */
  fetched: Fetched;
  aliases: Map<string, string[]>;
  /** Files that the command line writes, and their text, if the line says it. */
  scripts: Map<string, string>;
  nesting: number;
  budget: { visits: number };
  cwd?: string;
  elsewhere?: ShellCommand["elsewhere"];
}

/** The programs of a command line, in the order of the text. Never throws: parts that cannot be parsed are left out. */
export function commandsIn(source: string): ShellCommand[] {
  const walk: Walk = {
    found: [],
    variables: new Map(),
    fetched: new Set(),
    aliases: new Map(),
    scripts: new Map(),
    nesting: 0,
    budget: { visits: MAX_VISITS },
  };
  addSource(source, walk);
  return walk.found;
}

function addSource(source: string, walk: Walk): void {
  if (walk.nesting > MAX_NESTING) return;
  try {
    visit(parse(source.slice(0, MAX_SOURCE)), walk);
  } catch {
    // The parser recovers from bad input. Only a stack overflow can end here.
  }
}

function visit(node: SyntaxNode, walk: Walk): void {
  if (walk.found.length >= MAX_COMMANDS || walk.budget.visits-- <= 0) return;
  switch (node.type) {
    case "Pipeline":
      return visitPipeline(node, walk);
    case "Command":
      return addCommand(node, walk, undefined);
    case "For":
      return visitFor(node, walk);
    case "Subshell":
      // A change of the folder ends with the subshell.
      return forEachChild(node, (child) => visit(child, { ...walk }));
    case "Redirected":
      addBare(node.redirects, walk);
      break;
  }
  forEachChild(node, (child) => visit(child, walk));
}

/** Visits the body of a loop once for each of its words. */
function visitFor({ name, wordlist = [], body }: For, walk: Walk): void {
  const words = wordlist.flatMap((word) => splitWord(word, walk)).slice(0, MAX_LOOP_WORDS);
  if (words.length === 0) return visit(body, walk);
  for (const word of words) {
    walk.variables.set(name.value, word);
    visit(body, walk);
  }
}

function visitPipeline({ commands }: Pipeline, walk: Walk): void {
  let before: ShellCommand | undefined;
  for (const node of commands) {
    const first = walk.found.length;
    if (node.type === "Command") addCommand(node, walk, before);
    else visit(node, walk);
    const made = walk.found.slice(first);
    // `… | while read x; do rm "$x"; done`: the program before the pipe feeds those inside the loop.
    if (before !== undefined && node.type !== "Command") for (const one of made) one.fedBy ??= before;
    before = made.at(-1) ?? before;
  }
}

/** Adds redirections that have no program of their own. */
function addBare(redirects: readonly Redirection[], walk: Walk): void {
  const files = redirections(redirects, walk);
  if (files.reads.length + files.writes.length > 0)
    walk.found.push({ program: "", args: [], shows: [], sets: [], madeBy: [], ...files, ...whereOf(walk) });
}

function addCommand(node: Command, walk: Walk, fedBy: ShellCommand | undefined): void {
  const { madeBy, sets } = partsOf(node, walk);
  walk.found.push(...madeBy);
  if (node.name === undefined) return addBare(node.redirects, walk);

  const words = [node.name, ...node.args.flatMap((arg) => (arg.type === "Word" ? [arg] : []))];
  const { words: plain, isPrivileged, isFed } = unwrapped(withoutAlias(words, walk));
  const [program, ...args] = plain;
  if (program === undefined) return;
  const command: ShellCommand = {
    program: nameOf(program),
    args,
    shows: shownVariables(words),
    sets,
    ...redirections(node.redirects, walk),
    madeBy,
    ...(fedBy === undefined ? {} : { fedBy }),
    ...(isPrivileged ? { isPrivileged: true as const } : {}),
    ...(isFed ? { isFed: true as const } : {}),
    ...whereOf(walk),
  };
  if (fedBy !== undefined) fedBy.feeds = command;
  if (isFed) addFedWords(command);
  if (runsFetched(command, program, words, walk.fetched)) command.runsFetched = true;
  walk.found.push(command);
  note(command, walk);
  for (const { text, positional = [], elsewhere = walk.elsewhere } of [
    ...sourcesIn(command),
    ...scriptOf(command, program, walk),
  ]) {
    const variables = new Map(walk.variables);
    for (const [index, value] of positional.entries()) variables.set(String(index + 1), value);
    const inner: Walk = { ...walk, variables, found: [], nesting: walk.nesting + 1 };
    if (elsewhere !== undefined) inner.elsewhere = elsewhere;
    addSource(text, inner);
    walk.found.push(...inner.found);
  }
}

/** The programs in a command's substitutions, whose output becomes part of its arguments, and what it sets. */
function partsOf(node: Command, walk: Walk): { madeBy: ShellCommand[]; sets: string[] } {
  const madeBy: ShellCommand[] = [];
  const sets: string[] = [];
  const isAlias = node.name?.value === "alias";
  const declares = isAlias || DECLARES.has(node.name?.value ?? "");
  for (const child of [...node.prefix, ...(node.name === undefined ? [] : [node.name]), ...node.suffix]) {
    const inner: Walk = { ...walk, found: [] };
    forEachChild(child, (part) => visit(part, inner));
    madeBy.push(...inner.found);
    const isSet = child.type === "Assignment" && (declares || node.prefix.includes(child));
    if (!isSet || child.value.type !== "Word") continue;
    const value = plainWord(child.value, walk);
    sets.push(`${child.name}=${value}`);
    if (isAlias) continue;
    walk.variables.set(child.name, value);
    if (inner.found.some(isSource)) walk.fetched.add(`$${child.name}`);
  }
  return { madeBy, sets };
}

function withoutAlias(words: readonly Word[], walk: Walk): string[] {
  const plain = words.flatMap((word) => splitWord(word, walk));
  const alias = walk.aliases.get(plain[0] ?? "");
  return alias === undefined ? plain : [...alias, ...plain.slice(1)];
}

/** The words that xargs gets from a program that prints them literally. */
function addFedWords(command: ShellCommand): void {
  const { args, input, fedBy } = command;
  const found = fedBy?.program === "find" ? foundBy(fedBy.args) : undefined;
  const text = input ?? found ?? (fedBy === undefined ? undefined : literalOutput(fedBy));
  if (text === undefined) return;
  const words = text
    .split(/\s+/)
    .filter((word) => word !== "")
    .slice(0, 50);
  command.args = args.includes("{}")
    ? args.flatMap((arg) => (arg === "{}" ? words : [arg]))
    : [...args, ...words];
}

/** Records what a program changes for those after it: the folder, aliases, and fetched files. */
function note(command: ShellCommand, walk: Walk): void {
  const { program, args, sets } = command;
  if (program === "cd" || program === "pushd") {
    const [to = "~"] = args.filter((arg) => arg === "-" || !arg.startsWith("-"));
    const next = folderAfter(to, walk.cwd);
    if (next === undefined) delete walk.cwd;
    else walk.cwd = next;
  }
  if (program === "alias")
    for (const set of sets) {
      const at = set.indexOf("=");
      walk.aliases.set(
        set.slice(0, at),
        set
          .slice(at + 1)
          .trim()
          .split(/\s+/),
      );
    }
  noteFetched(command, walk.fetched);
  const text = command.writes.length === 0 ? undefined : literalOutput(command);
  if (text !== undefined)
    for (const file of command.writes) walk.scripts.set(file.replace(/^\.\//, ""), text);
}

/** The text of a script that the command line has written before. */
function scriptOf({ program, args }: ShellCommand, path: string, { scripts }: Walk): Source[] {
  const runs = /^(ba|z|da|k|a)?sh$|^source$|^\.$/.test(program);
  const file = runs ? args.find((arg) => !arg.startsWith("-")) : path;
  const text = scripts.get((file ?? "").replace(/^\.\//, ""));
  return text === undefined ? [] : [{ text }];
}

function folderAfter(to: string, cwd: string | undefined): string | undefined {
  if (/[$`]|^-$/.test(to)) return undefined;
  return /^[/~]|^[A-Za-z]:/.test(to) || cwd === undefined ? to : `${cwd}/${to}`;
}

function whereOf({ cwd, elsewhere }: Walk): Pick<ShellCommand, "cwd" | "elsewhere"> {
  return { ...(cwd === undefined ? {} : { cwd }), ...(elsewhere === undefined ? {} : { elsewhere }) };
}

function redirections(
  all: readonly Redirection[],
  walk: Walk,
): Pick<ShellCommand, "writes" | "reads" | "input"> {
  const out: Pick<ShellCommand, "writes" | "reads" | "input"> = { writes: [], reads: [] };
  for (const item of all) {
    if (item.type === "HereDoc") out.input = item.body.text;
    else if (item.type === "HereString")
      out.input = item.target === undefined ? "" : plainWord(item.target, walk);
    else if (item.target !== undefined) {
      const target = plainWord(item.target, walk);
      if (item.operator === "<" || item.operator === "<>") out.reads.push(target);
      // The target of `2>&1` is a file descriptor, not a file.
      else if (!/^(\d+|-)$/.test(target) && target !== "/dev/null") out.writes.push(target);
    }
  }
  return out;
}

/** `/usr/bin/rm` and `\rm` are `rm`. */
function nameOf(program: string): string {
  return (program.split(/[/\\]/).at(-1) ?? "").replace(/\.exe$/i, "");
}
