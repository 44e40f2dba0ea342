import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { usualHome } from "../config/home-folder.ts";
import { atLeast, OLDEST_NODE, parseVersion } from "../versions.ts";
import { openBundles } from "./bundles.ts";

// The program `ccotel`: the command line, with the code that an earlier run of the same command has compiled. Without
// it, a command that reads one session spends a sixth of its time on compiling.

const [, , command = ""] = process.argv;

/** The folder of the command's code. Undefined for `--version` and other flags: they have too little code to gain. */
function cacheFolder(): string | undefined {
  const state = process.env.CCOTEL_HOME || usualHome(homedir());
  return /^[a-z]+$/.test(command) && isAbsolute(state) ? join(state, "code", command) : undefined;
}

/** Claude Code itself runs on older versions. The hook says nothing: its text would show up in the session. */
function isNodeTooOld(): boolean {
  return !atLeast(parseVersion(process.version) ?? OLDEST_NODE, OLDEST_NODE) && command !== "hook";
}

if (isNodeTooOld()) {
  process.stderr.write(
    `ccotel needs Node ${OLDEST_NODE.slice(0, 2).join(".")} or newer, and this is ${process.version} (${process.execPath}).\nInstall a newer Node, then run the command again.\n`,
  );
  process.exitCode = 2;
} else {
  const { load, code } = openBundles(__dirname, cacheFolder());
  const { run } = load("./ccotel-main.cjs") as typeof import("./main.ts");
  run(process.argv.slice(2), { program: __filename, code });
}
