import { quoteWord } from "../../shell-word.ts";
import type { ShellCommand } from "./command.ts";

/** A command line that a program runs, as text. */
export interface Source {
  text: string;
  /** What `$1`, `$2`, … stand for in it. */
  positional?: readonly string[];
  /** It runs on another host or in a container. */
  elsewhere?: ShellCommand["elsewhere"];
}

/** Programs that run a text as shell commands. */
export const SHELLS = new Set(["sh", "bash", "zsh", "dash", "ksh", "ash", "fish"]);

/** The command lines that a program gets in its arguments or its input. */
export function sourcesIn(command: ShellCommand): Source[] {
  const { program, args, sets } = command;
  if (SHELLS.has(program)) return ofShell(command);
  switch (program) {
    case "eval":
      return ofText(args.join(" "), command).map((text) => ({ text }));
    case "find":
      return execsOf(args).map((text) => ({ text }));
    case "trap":
      return args.length > 1 && !/^-?$/.test(args[0] ?? "") ? [{ text: args[0] ?? "" }] : [];
    case "alias":
      return sets.map((set) => ({ text: set.slice(set.indexOf("=") + 1) }));
    case "at":
    case "batch":
      return textOfInput(command);
    case "su":
    case "runuser":
    case "script":
    case "flock":
      return behindOption(args, /^-[a-z]*c$|^--command$/);
    case "ssh":
      return [{ text: args.slice(hostAt(args) + 1).join(" "), elsewhere: "host" }];
    case "docker":
    case "podman":
    case "docker-compose":
    case "kubectl":
    case "oc":
      return inContainer(program, args);
    case "awk":
    case "gawk":
    case "mawk":
    case "perl":
    case "ruby":
    case "python":
    case "python3":
    case "node":
    case "php":
      return shellsInCode(codeOf(command) ?? "").map((text) => ({ text }));
    default:
      return [];
  }
}

function ofShell(command: ShellCommand): Source[] {
  const { args } = command;
  const at = args.findIndex((arg) => /^-[a-z]*c[a-z]*$/.test(arg));
  if (at !== -1)
    return ofText(args[at + 1] ?? "", command).map((text) => ({ text, positional: args.slice(at + 3) }));
  return readsProgramFromInput(args) ? textOfInput(command) : [];
}

/** A command line, and what its substitution prints if it is one: `sh -c "$(echo …)"`. */
function ofText(text: string, { madeBy }: ShellCommand): string[] {
  const made = /^\s*(\$\(|`)/.test(text) ? madeBy.at(-1) : undefined;
  const printed = made === undefined ? undefined : literalOutput(made);
  return printed === undefined ? [text] : [text, printed];
}

/** Whether a shell or interpreter with these arguments runs its standard input. */
export function readsProgramFromInput(args: readonly string[]): boolean {
  return args.every((arg) => arg.startsWith("-") || arg === "/dev/stdin");
}

function textOfInput({ input, fedBy }: ShellCommand): Source[] {
  const text = input ?? (fedBy === undefined ? undefined : literalOutput(fedBy));
  return text === undefined ? [] : [{ text }];
}

/** What a program prints, if the command line says it: `echo`, `printf`, a here-document, and base64 of these. */
export function literalOutput({ program, args, input, fedBy }: ShellCommand): string | undefined {
  switch (program) {
    case "echo":
      return args.filter((arg, index) => index > 0 || !/^-[neE]+$/.test(arg)).join(" ");
    case "printf":
      return args.join(" ").replaceAll("\\n", "\n");
    case "cat":
    case "tee":
      return input ?? (fedBy === undefined ? undefined : literalOutput(fedBy));
    case "base64": {
      const encoded = args.some((arg) => /^(-d|-D|--decode)$/.test(arg)) && fedBy && literalOutput(fedBy);
      return encoded ? Buffer.from(encoded.slice(0, 10_000), "base64").toString("utf8") : undefined;
    }
    default:
      return undefined;
  }
}

/** What `find … -exec` runs, with what it finds for `{}`. */
function execsOf(args: readonly string[]): string[] {
  return args.flatMap((arg, at) => {
    if (!/^-(exec|execdir|ok|okdir)$/.test(arg)) return [];
    const end = args.findIndex((other, index) => index > at && (other === ";" || other === "+"));
    const words = args.slice(at + 1, end === -1 ? undefined : end);
    return words.map((word) => quoted(word === "{}" ? foundBy(args) : word)).join(" ");
  });
}

/** A path for what `find` finds: the searched name in the searched folder, or that folder. */
export function foundBy(args: readonly string[]): string {
  const root = args[0] !== undefined && !/^[-(!]/.test(args[0]) ? args[0] : ".";
  const named = args.find((_, index) => /^-i?(name|path|wholename)$/.test(args[index - 1] ?? ""));
  if (named === undefined && !args.some((arg) => NARROW.test(arg))) return root;
  return `${root.replace(/\/$/, "")}/${named?.replaceAll("*", "x") ?? "x"}`;
}

/** Tests of `find` that select few files. */
export const NARROW = /^-(i?(name|path|wholename|regex)|newer|mtime|mmin|empty|size|perm)/;

function behindOption(args: readonly string[], option: RegExp): Source[] {
  const text = args[args.findIndex((arg) => option.test(arg)) + 1];
  return text === undefined || !args.some((arg) => option.test(arg)) ? [] : [{ text }];
}

/** The index of the host in the arguments of `ssh`. */
function hostAt(args: readonly string[]): number {
  let index = 0;
  while ((args[index] ?? "").startsWith("-"))
    index += /^-[bcDEeFIiJLlmOopQRSWw]$/.test(args[index] ?? "") ? 2 : 1;
  return index;
}

function inContainer(program: string, args: readonly string[]): Source[] {
  const run = args.indexOf("exec");
  if (run === -1) return [];
  const behind = args.slice(run + 1);
  if (program === "kubectl" || program === "oc") {
    const at = behind.indexOf("--");
    return at === -1 ? [] : [{ text: joined(behind.slice(at + 1)), elsewhere: "container" }];
  }
  let index = 0;
  while ((behind[index] ?? "").startsWith("-"))
    index += /^-[uwe]$|^--(user|workdir|env|env-file|index)$/.test(behind[index] ?? "") ? 2 : 1;
  return [{ text: joined(behind.slice(index + 1)), elsewhere: "container" }];
}

function joined(words: readonly string[]): string {
  return words.map(quoted).join(" ");
}

function quoted(word: string): string {
  return /^[\w@%+=:,./{}~*-]+$/.test(word) ? word : quoteWord(word);
}

/** The program that an interpreter gets in its arguments or its input, in its own language. */
export function codeOf(command: ShellCommand): string | undefined {
  const { program, args } = command;
  if (/^[gm]?awk$/.test(program)) return args.find((arg) => !arg.startsWith("-"));
  if (!/^(python[\d.]*|node|perl|ruby|php|deno|bun)$/.test(program)) return undefined;
  const at = args.findIndex((arg) => /^(-[a-zA-Z]*[cepr]|--(eval|print))$/.test(arg));
  if (at !== -1) return args[at + 1];
  return readsProgramFromInput(args) ? textOfInput(command)[0]?.text : undefined;
}

/** Calls that run a command line, and the start of the list of words that others take. */
const RUNS_SHELL =
  /\b(?:system|popen|execSync|exec|spawnSync|shell_exec|passthru|check_output|check_call|run|call|Popen)\s*\(?\s*(["'`])((?:(?!\1).){1,2000})\1/g;

/** The command lines that a program in another language runs, as far as they are literal. */
function shellsInCode(code: string): string[] {
  return [...code.slice(0, 20_000).matchAll(RUNS_SHELL)].map(([, , text = ""]) => text);
}
