import type { ShellCommand } from "../signals/shell/command.ts";
import { commandsIn } from "../signals/shell-findings.ts";

/** Programs with subcommands: `npm test` and `npm publish` are two commands. */
const WITH_SUBCOMMANDS = new Set(
  "npm pnpm yarn bun deno npx pnpx uv uvx poetry pip pip3 pipx cargo go git gh glab docker podman docker-compose kubectl helm terraform tofu make just task gradle gradlew mvn mvnw dotnet bundle rake rails composer php mix swift flutter dart aws gcloud az brew apt apt-get systemctl nx turbo conda mamba tox nox hatch pdm rye".split(
    " ",
  ),
);

/** Programs that only prepare another one, run it, or pass on or cut its output. */
const BESIDE = new Set(
  "cd pushd popd export source . set unset echo printf sleep true : tail head cat tee wc sort uniq less mkdir sh bash zsh".split(
    " ",
  ),
);

const MAX_WORD = 60;

/**
 * The program and subcommand of a command line, without folders, flags and files: `npm run build`, `pytest`, `git
 * push`. Undefined if the line runs no program whose name is known.
 */
export function commandName(line: string): string | undefined {
  const commands = commandsIn(line).filter(({ program }) => /^[\w.@+:-]+$/.test(program));
  const command = commands.find(({ program }) => !BESIDE.has(program)) ?? commands[0];
  return command === undefined ? undefined : nameOf(command);
}

function nameOf({ program, args }: ShellCommand): string {
  if (/^python[\d.]*$/.test(program) && args[0] === "-m" && isWord(args[1]))
    return `${program} -m ${args[1]}`;
  if (!WITH_SUBCOMMANDS.has(program)) return program;
  const words = args.filter((arg, index) => isWord(arg) && !isValue(args[index - 1]));
  const [first, second] = words;
  if (first === undefined) return program;
  return first === "run" && second !== undefined ? `${program} run ${second}` : `${program} ${first}`;
}

/** Whether a word is a flag's value, by the word on its left: `git -C folder status`, `npm --prefix web test`. */
function isValue(before: string | undefined): boolean {
  return (
    before === "-C" || before === "--prefix" || before === "-f" || before === "-n" || before === "--context"
  );
}

function isWord(text: string | undefined): text is string {
  return text !== undefined && text.length <= MAX_WORD && /^[A-Za-z][\w:.@-]*$/.test(text);
}
