import { findingsOfCommand } from "./command-rules.ts";
import { hostsOf } from "./hosts.ts";
import type { Place } from "./paths.ts";
import type { FindingId } from "./rules.ts";
import { commandsIn } from "./shell/commands.ts";

// The parser is larger than everything else here, so the build keeps it in the bundle of this module alone.
export { commandsIn };

/**
 * Finds what a command line does, as ids of rules. The build puts this module in a separate file because the shell
 * parser is large.
 */
export function findingsOfShell(source: string, place: Place): FindingId[] {
  return commandsIn(source).flatMap((command) => findingsOfCommand(command, place));
}

/** The remote hosts that a command line names, in lower case. */
export function hostsOfShell(source: string): string[] {
  return commandsIn(source).flatMap(hostsOf);
}
