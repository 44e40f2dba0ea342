import {
  type Command,
  forEachChild,
  type Pipeline,
  parse,
  type Redirection,
  type SyntaxNode,
  type Word,
} from "unbash";
import { unwrapped } from "./shell-wrappers.ts";

/** One program that a command line runs, as far as that is known without running it. */
export interface ShellCommand {
  /** Name without folder: `rm` for `/bin/rm`. */
  program: string;
  /** Arguments without quotes. What is only known at run time keeps its source text: `$NAME`, `$(…)`. */
  args: string[];
  /** Files that it writes by redirection. */
  writes: string[];
  /** Files that it reads by redirection. */
  reads: string[];
  /** Standard input that the command line itself holds: a here-document or here-string. */
  input?: string;
  /** The previous program in the pipeline. */
  fedBy?: ShellCommand;
  /** Programs whose output becomes part of its arguments: `sh -c "$(curl …)"`, `bash <(curl …)`. */
  madeBy: ShellCommand[];
  /** It runs through sudo, doas or a similar program. */
  isPrivileged?: true;
}

/** Only so many characters of a command line are parsed. */
const MAX_SOURCE = 32_768;
/** Maximum depth of nested command lines: `sh -c "sh -c '…'"`. */
const MAX_NESTING = 5;
/** The walk visits no more nodes once it has found so many programs. */
const MAX_COMMANDS = 2_000;

const SHELLS = new Set(["sh", "bash", "zsh", "dash", "ksh", "ash", "fish"]);

interface Walk {
  found: ShellCommand[];
  /** Values of the variables that the command line itself sets. */
  variables: Map<string, string>;
  nesting: number;
}

/** The programs of a command line, in the order of the text. Never throws: parts that cannot be parsed are left out. */
export function commandsIn(source: string): ShellCommand[] {
  const walk: Walk = { found: [], variables: new Map(), nesting: 0 };
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
  if (walk.found.length >= MAX_COMMANDS) return;
  if (node.type === "Pipeline") return visitPipeline(node, walk);
  if (node.type === "Command") {
    addCommand(node, walk, undefined);
    return;
  }
  forEachChild(node, (child) => visit(child, walk));
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
    before = made.findLast(() => true) ?? before;
  }
}

function addCommand(node: Command, walk: Walk, fedBy: ShellCommand | undefined): void {
  const madeBy: ShellCommand[] = [];
  for (const child of [...node.prefix, ...(node.name === undefined ? [] : [node.name]), ...node.suffix]) {
    // A substitution runs its own programs. Their output becomes arguments of this one.
    const inner: Walk = { ...walk, found: [] };
    forEachChild(child, (part) => visit(part, inner));
    madeBy.push(...inner.found);
  }
  for (const item of node.prefix)
    if (item.type === "Assignment" && item.value.type === "Word")
      walk.variables.set(item.name, plainWord(item.value, walk));
  walk.found.push(...madeBy);
  if (node.name === undefined) return;

  const words = [node.name, ...node.args.flatMap((arg) => (arg.type === "Word" ? [arg] : []))];
  const { words: plain, isPrivileged } = unwrapped(words.map((word) => plainWord(word, walk)));
  const [program, ...args] = plain;
  if (program === undefined) return;
  const command: ShellCommand = {
    program: nameOf(program),
    args,
    ...redirections(node.redirects, walk),
    madeBy,
    ...(fedBy === undefined ? {} : { fedBy }),
    ...(isPrivileged ? { isPrivileged: true as const } : {}),
  };
  walk.found.push(command);
  const source = sourceIn(command);
  if (source === undefined) return;
  const inner: Walk = { ...walk, found: [], nesting: walk.nesting + 1 };
  addSource(source, inner);
  walk.found.push(...inner.found);
}

/** The command line that a shell, `eval` or `find` gets in its arguments. */
function sourceIn({ program, args }: ShellCommand): string | undefined {
  if (program === "eval") return args.join(" ");
  if (program === "find") return execOf(args);
  if (!SHELLS.has(program)) return undefined;
  const at = args.findIndex((arg) => /^-[a-z]*c[a-z]*$/.test(arg));
  return at === -1 ? undefined : args[at + 1];
}

/** What `find … -exec` runs. */
function execOf(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => /^-(exec|execdir|ok|okdir)$/.test(arg));
  if (at === -1) return undefined;
  const end = args.findIndex((arg, index) => index > at && (arg === ";" || arg === "+"));
  return args
    .slice(at + 1, end === -1 ? undefined : end)
    .map(quoted)
    .join(" ");
}

function quoted(word: string): string {
  return /^[\w@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
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

/** A word without quotes. Variables that the command line itself has set are replaced by their values. */
function plainWord(word: Word, { variables }: Walk): string {
  if (variables.size === 0) return word.value;
  return word.value.replace(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (written, braced, plain) => variables.get(braced ?? plain) ?? written,
  );
}

/** `/usr/bin/rm` and `\rm` are `rm`. */
function nameOf(program: string): string {
  return (program.split(/[/\\]/).at(-1) ?? "").replace(/\.exe$/i, "");
}
