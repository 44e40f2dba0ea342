import { join } from "node:path";
import { MAX_BYTES, tryReadText } from "../../disk/read.ts";
import { type Installation, parseInstallation } from "./installation.ts";
import { afterMove } from "./moved.ts";

/** Reads `installation.json`. Returns undefined if it is missing or cannot be read. */
export async function readInstallation(home: string): Promise<Installation | undefined> {
  const text = tryReadText(installationPath(home), MAX_BYTES.settings);
  const installation = text === undefined ? undefined : parseInstallation(text);
  return installation === undefined ? undefined : afterMove(installation, home);
}

/** Path of `installation.json` in a state folder. */
export function installationPath(home: string): string {
  return join(home, "installation.json");
}
