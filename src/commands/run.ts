import { parseArguments } from "../cli/arguments.ts";
import type { Command } from "../cli/command.ts";
import { commandHelp, generalHelp } from "../cli/help.ts";
import type { Io } from "../cli/io.ts";
import { failureOf, watchOutput, write } from "../cli/output.ts";
import { say } from "../cli/say.ts";
import { explainSystemError } from "../cli/system-error.ts";
import { nearest } from "../config/text/nearest.ts";
import { NothingThere, UserError } from "../config/user-error.ts";
import { areFlagsUntouched, beforeFlagsChange } from "../files/v8-flags.ts";
import { printable } from "../printable.ts";
import { ISSUE_TRACKER, VERSION } from "../version.ts";
import { IN_CCUSAGE } from "./in-ccusage.ts";
import { commands } from "./table.ts";

/**
 * Runs the command line tool with `argv` (without node and script) and returns the exit code: 0 success, 1 findings or
 * a failed export, 2 wrong usage, 3 a bug.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  watchOutput(io.stdout);
  watchOutput(io.stderr);
  try {
    const exitCode = await dispatch(argv, io);
    const failure = failureOf(io.stdout);
    if (failure === undefined) return exitCode;
    await write(io.stderr, `The output could not be written: ${failure.message}.\n`);
    return Math.max(exitCode, 1);
  } catch (error) {
    // Claude Code shows a failed hook in the session. With exit code 2 it also sends the model back to work.
    if (argv[0] === "hook") return 0;
    const failure = explainSystemError(error);
    if (failure instanceof UserError) {
      const lines = [failure.message, failure.hint]
        .filter((part) => part !== undefined)
        .join("\n")
        .split("\n");
      await say(io, "stderr", lines.map(printable).join("\n"));
      return failure instanceof NothingThere ? 0 : 2;
    }
    await write(io.stderr, bugReport(error, argv[0]));
    return 3;
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  const [first, ...rest] = argv;
  if (first === "--version" || first === "-v" || first === "-V") return print(io, `${VERSION}\n`);
  if (first === "--help" || first === "-h") return print(io, generalHelp(commands));
  if (first === "help")
    return print(io, rest[0] === undefined ? generalHelp(commands) : commandHelp(find(rest[0])));
  if (first === undefined) {
    await write(io.stderr, generalHelp(commands));
    return 2;
  }
  const command = find(first);
  if (asksForHelp(rest)) return print(io, commandHelp(command));
  const input = parseArguments(command, rest);
  // A dry run writes no file.
  const code = command.keepsCode && input.flags["dry-run"] !== true ? io.code : undefined;
  let isTaken = false;
  if (code !== undefined)
    beforeFlagsChange(() => {
      code.take();
      isTaken = true;
    });
  const run = await command.load();
  const exitCode = await run(input, io);
  if (exitCode <= 1 && (isTaken || areFlagsUntouched())) code?.keep();
  return exitCode;
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end === -1 ? undefined : end).some((arg) => arg === "--help" || arg === "-h");
}

function find(name: string): Command {
  const command = commands.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  if (name.startsWith("-")) {
    const meant = nearest(name, ["--help", "--version"]);
    throw new UserError(`ccotel has no flag ${name}.`, {
      hint: meant === undefined ? "Flags come after a command. See ccotel --help." : `Did you mean ${meant}?`,
    });
  }
  const names = commands.map((candidate) => candidate.name);
  const meant = IN_CCUSAGE.get(name) ?? nearest(name, names);
  throw new UserError(`ccotel has no command ${name}.`, {
    hint:
      meant === undefined
        ? `Commands: ${names.join(", ")}. See ccotel --help.`
        : `Did you mean ccotel ${meant}?`,
  });
}

async function print(io: Io, text: string): Promise<number> {
  await write(io.stdout, text);
  return 0;
}

function bugReport(error: unknown, command: string | undefined): string {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    "This is a bug in ccotel, not a mistake of yours:",
    what,
    "",
    ...(ISSUE_TRACKER === undefined ? [] : [`Please report it with the lines above: ${ISSUE_TRACKER}`]),
    `ccotel ${VERSION}, Node ${process.version}, ${process.platform} ${process.arch}, command: ${command ?? "none"}`,
    "",
  ].join("\n");
}
