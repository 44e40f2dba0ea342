import { hostsOf } from "./hosts.ts";
import type { Place } from "./paths.ts";
import type { FindingId } from "./rules.ts";
import { commandsIn } from "./shell-commands.ts";
import { findingsOfCommand } from "./shell-rules.ts";

/** What a command line does, as ids of rules. In the built program a file of its own, as the shell parser is large. */
export function findingsOfShell(source: string, place: Place): FindingId[] {
  return commandsIn(source).flatMap((command) => findingsOfCommand(command, place));
}

/** The other hosts that a command line is told to talk to. */
export function hostsOfShell(source: string): string[] {
  return commandsIn(source).flatMap(hostsOf);
}
