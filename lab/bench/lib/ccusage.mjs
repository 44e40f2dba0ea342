// ccusage is a native program that only adds up tokens: a fast reader of a history. It is installed outside the
// repository.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const VERSION = "20.0.24";

/** The path of its program. If npm has none for this machine, prints a line and returns undefined. */
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
