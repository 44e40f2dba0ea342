// ccusage is a native program that adds up tokens, and nothing else: what reads a history fastest. It is installed outside
// of the repository.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const VERSION = "20.0.24";

/** The path of its program; undefined, with a line that says so, where npm has none for this machine. */
export function getCcusage() {
  const name = `@ccusage/ccusage-${process.platform}-${process.arch}`;
  const folder = join(homedir(), ".cache", "ccotel-bench", `ccusage-${VERSION}`);
  const program = join(folder, "node_modules", name, "bin", "ccusage");
  try {
    if (!existsSync(program)) {
      mkdirSync(folder, { recursive: true });
      const args = ["install", "--no-audit", "--no-fund", "--prefix", folder, `${name}@${VERSION}`];
      execFileSync("npm", args, { stdio: "ignore" });
    }
    chmodSync(program, 0o755);
    return program;
  } catch {
    console.log(`     npm has no ${name}@${VERSION} to install: the comparison with ccusage is left out.`);
    return undefined;
  }
}
