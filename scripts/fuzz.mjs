// Feeds ccotel damaged and hostile input for a while, and reports the inputs that make it fail.
// Usage: npm run fuzz -- [--seconds 60] [--seed N] [--only NAME]
// The same seed gives the same inputs in the same order. Failing inputs are made as small as possible and kept as
// files.

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: { seconds: { type: "string" }, seed: { type: "string" }, only: { type: "string" } },
});
const seconds = positive("seconds", values.seconds ?? "60");
const seed = positive("seed", values.seed ?? String(1 + Math.floor(Math.random() * 2 ** 30)));

/** An input that takes longer than this counts as a hang. */
const HANGS_MS = 60_000;

const keep = mkdtempSync(join(tmpdir(), "ccotel-fuzz-"));
const work = join(keep, "work");
mkdirSync(work);
console.log(`Seed ${seed}, ${seconds} seconds.`);

const child = spawn(
  process.execPath,
  [
    join(root, "node_modules/vitest/vitest.mjs"),
    "run",
    "--config",
    join(root, "test/fuzz/vitest.config.mts"),
    ...(values.only === undefined ? [] : ["-t", values.only]),
  ],
  {
    cwd: root,
    stdio: "inherit",
    detached: true,
    env: { ...process.env, FUZZ_SEED: String(seed), FUZZ_SECONDS: String(seconds), FUZZ_FOLDER: work },
  },
);

let beat = "";
let beatMs = Date.now();
const watch = setInterval(() => {
  const now = lastBeat();
  if (now !== beat) [beat, beatMs] = [now, Date.now()];
  if (Date.now() - beatMs < HANGS_MS || beat === "") return;
  console.error(`It hangs: nothing for ${HANGS_MS / 1000} s. Seed ${seed}. The input: ${beat}`);
  process.kill(-child.pid, "SIGKILL");
  process.exitCode = 1;
}, 1000);

child.once("exit", (code) => {
  clearInterval(watch);
  if (process.exitCode === 1) return;
  process.exitCode = code ?? 1;
  if (code === 0) rmSync(keep, { recursive: true, force: true });
  else
    console.error(
      `Again: npm run fuzz -- --seconds ${seconds} --seed ${seed}. Failing inputs are in ${work}.`,
    );
});

/** The input that was started last. Empty if none was. */
function lastBeat() {
  try {
    return readFileSync(join(work, "beat"), "utf8");
  } catch {
    return "";
  }
}

function positive(name, text) {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  console.error(`--${name} must be a whole number above 0, not ${text}.`);
  process.exit(2);
}
