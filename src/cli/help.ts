import { wrap } from "../report/text/wrap.ts";
import type { Command, Flag } from "./command.ts";

const WIDTH = 80;

/** The page for `ccotel --help`. */
export function generalHelp(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }): [string, string] => [name, summary]);
  return page([
    "ccotel turns Claude Code sessions into OpenTelemetry traces, metrics and logs.",
    "",
    "Usage: ccotel COMMAND [WORDS] [FLAGS]",
    "",
    "Commands:",
    ...table(rows),
    "",
    "Flags:",
    ...table([
      ["--help", "Show this page; after a command, the page about that command."],
      ["--version", "The version of ccotel."],
    ]),
    "",
    "Exit codes: 0 success, 1 findings or a failed export, 2 wrong usage, 3 a bug.",
    "New here? Run ccotel demo for a recorded session, or ccotel view for your own.",
  ]);
}

/** Returns the page for `ccotel COMMAND --help`, built from the command's entry in the table. */
export function commandHelp(command: Command): string {
  const uses = command.usage.map((use) => `ccotel ${command.name} ${use}`.trim());
  const section = (title: string, lines: readonly string[]) =>
    lines.length > 0 ? ["", title, ...lines] : [];
  return page([
    ...wrap(`ccotel ${command.name}: ${command.summary}`, WIDTH),
    ...section(
      "Usage:",
      uses.flatMap((use) => indented(use)),
    ),
    ...command.about.flatMap((paragraph) => ["", ...wrap(paragraph, WIDTH)]),
    ...section("Flags:", table(command.flags.map((flag) => [flagHead(flag), flag.meaning]))),
    ...section(
      "Examples:",
      command.examples.map((example) => `  ${example}`),
    ),
  ]);
}

function flagHead(flag: Flag): string {
  return `--${flag.name}${flag.takes === undefined ? "" : ` ${flag.takes}`}`;
}

function indented(text: string): string[] {
  return wrap(text, WIDTH - 6).map((line, index) => `${index === 0 ? "  " : "      "}${line}`);
}

/** Aligns rows in two columns. A head that is too long for the first column gets its own line. */
function table(rows: readonly (readonly [string, string])[]): string[] {
  const longest = Math.max(...rows.map(([head]) => head.length));
  const column = Math.min(longest, 20) + 4;
  return rows.flatMap(([head, text]) => {
    const [first = "", ...more] = wrap(text, WIDTH - column);
    const fits = head.length + 4 <= column;
    const rest = (fits ? more : [first, ...more]).map((line) => " ".repeat(column) + line);
    return [fits ? `  ${head}`.padEnd(column) + first : `  ${head}`, ...rest];
  });
}

function page(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
