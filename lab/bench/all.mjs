// All benchmarks, one after the other: `npm run bench`. Takes about ten minutes on two cores, and 2 GB of disk.
// Exits with 1 if one of them did.
import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Other versions of Node, which are measured in addition to this one. */
const OTHER_NODES = ["20", "22", "24"].filter((major) => !process.version.startsWith(`v${major}.`));

const benchmarks = [
  ["read.mjs"],
  ["history.mjs"],
  ["backfill.mjs"],
  ["encode.mjs"],
  ["hook.mjs"],
  ["statusline.mjs"],
  ["stop.mjs", ...OTHER_NODES.flatMap((major) => nodeOf(major)).flatMap((node) => ["--node", node])],
  ["second-pass.mjs"],
  ["page.mjs"],
];
for (const [name, ...args] of benchmarks) {
  console.log(`\n${name}`);
  const script = fileURLToPath(new URL(name, import.meta.url));
  const { status } = spawnSync(process.execPath, [script, ...args], { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}

/** A list with the path of that Node version from npm. Empty if npm has none for this machine. */
function nodeOf(major) {
  try {
    const args = ["--yes", "--package", `node@${major}`, "--", "node", "--print", "process.execPath"];
    return [execFileSync("npx", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim()];
  } catch {
    console.log(`npm has no Node ${major} for this machine: it is left out.`);
    return [];
  }
}
