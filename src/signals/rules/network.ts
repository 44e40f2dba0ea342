import type { FindingId } from "../rules.ts";
import type { ShellCommand } from "../shell/command.ts";
import { isLocalHost, isSource, isUpload } from "../shell/network.ts";
import { readsProgramFromInput, SHELLS } from "../shell/sources.ts";

const INTERPRETERS = new Set(
  "sh bash zsh dash ksh ash fish python python3 node ruby perl php osascript pwsh".split(" "),
);

/** Finds what a program fetches and runs, what it sends, and shells that it opens to another host. */
export function network(command: ShellCommand): FindingId[] {
  const { program, args, madeBy, input, writes, reads, fedBy, isFed } = command;
  const found: FindingId[] = [];
  const runsInput = INTERPRETERS.has(program) && (readsProgramFromInput(args) || isFed === true);
  if (command.runsFetched) found.push("network.pipe-to-shell");
  const isFetched = fedBy !== undefined && chain(fedBy).some(isSource);
  if (runsInput && isFetched) found.push("network.pipe-to-shell");
  const runsWords = INTERPRETERS.has(program) || ["eval", "source", "."].includes(program);
  if (runsWords && madeBy.some(isSource)) found.push("network.pipe-to-shell");
  if (isUpload(command)) found.push("network.upload");
  const line = `${program} ${args.join(" ")} ${writes.join(" ")} ${reads.join(" ")} ${input ?? ""}`.slice(
    0,
    4000,
  );
  const isShellOut =
    (/\/dev\/(tcp|udp)\//.test(line) && /^(ba|z|k)?sh$|^exec$/.test(program)) ||
    (/^(nc|ncat|netcat)$/.test(program) &&
      args.some((arg) => /^-[a-z]*[ec]$|^--(sh-)?exec$/.test(arg)) &&
      args.some((arg) => /sh$/.test(arg))) ||
    (/^(nc|ncat|netcat)$/.test(program) && fedBy !== undefined && SHELLS.has(fedBy.program)) ||
    (/^(nc|ncat|netcat)$/.test(fedBy?.program ?? "") && SHELLS.has(program)) ||
    (program === "socat" &&
      args.some((arg) => /^(exec|system):/i.test(arg)) &&
      args.some((arg) => /^(tcp|openssl|udp)/i.test(arg) && !isLocalHost(arg)));
  if (isShellOut) found.push("network.listen");
  return found;
}

/** A program and the programs that feed it, up to 50. */
function chain(command: ShellCommand): ShellCommand[] {
  const all: ShellCommand[] = [];
  for (let at: ShellCommand | undefined = command; at !== undefined && all.length < 50; at = at.fedBy)
    all.push(at);
  return all;
}
