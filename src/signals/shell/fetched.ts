import type { Word } from "unbash";
import type { ShellCommand } from "./command.ts";
import { isSource } from "./network.ts";
import { SHELLS } from "./sources.ts";
import { shownVariables } from "./words.ts";

/** Names of the files, and of the variables with a `$`, that hold what a command line has fetched. */
export type Fetched = Set<string>;

/** Records the files that a program writes with what it fetches. */
export function noteFetched(command: ShellCommand, fetched: Fetched): void {
  const { program, args, writes } = command;
  if (!isSource(command)) return;
  for (const file of [...writes, ...filesOfSource(program, args)]) fetched.add(fileName(file));
}

/** Whether a program runs a file or a variable that the command line has fetched. */
export function runsFetched(
  { program, args }: ShellCommand,
  path: string,
  words: readonly Word[],
  fetched: Fetched,
): boolean {
  if (fetched.size === 0) return false;
  if (fetched.has(fileName(path)) && /[/\\]/.test(path)) return true;
  const runs = SHELLS.has(program) || /^(eval|source|\.|python[\d.]*|node|perl|ruby|php)$/.test(program);
  if (!runs) return false;
  const file = args.find((arg) => !arg.startsWith("-"));
  return (
    (file !== undefined && fetched.has(fileName(file))) ||
    shownVariables(words).some((name) => fetched.has(`$${name}`))
  );
}

/** The files that curl or wget write. */
function filesOfSource(program: string, args: readonly string[]): string[] {
  const after = (option: RegExp) => args.filter((_, index) => option.test(args[index - 1] ?? ""));
  const named = after(/^(-[a-zA-Z]*o|--output)$|^--output-document$/);
  const isNamedByUrl =
    program === "curl" ? args.some((arg) => /^-[a-zA-Z]*O|^--remote-name$/.test(arg)) : true;
  if (program !== "curl" && program !== "wget") return named;
  if (args.some((arg) => /^-[a-zA-Z]*O-$/.test(arg))) return [];
  const dashO = program === "wget" ? after(/^-[a-zA-Z]*O$/) : [];
  if (named.length + dashO.length > 0 || !isNamedByUrl) return [...named, ...dashO];
  return args.filter((arg) => /^https?:\/\//.test(arg)).map((url) => url.replace(/[?#].*$/, ""));
}

function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? "";
}
