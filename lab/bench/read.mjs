// The time and memory for reading a session, compared with a program that only parses every line:
//
//   node lab/bench/read.mjs [--mb 200] [--rounds 5]
//
// The programs run in turn, each in a separate process. The median of the rounds' ratios decides. Measures processor
// time, which depends less on other programs. Exits with 1 if reading takes more than 2.5 times the lower bound or more
// than 250 MB, or if the counts differ from the generator's. If the built program exists, also measures its dry run,
// which writes every span as JSON.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { writeCorpus } from "./lib/corpus.mjs";
import { describeSpread, median, runRounds } from "./lib/rounds.mjs";

const MOST_RATIO = 2.5;
const MOST_MEGABYTES = 250;
const BUILT = fileURLToPath(new URL("../../dist/ccotel.cjs", import.meta.url));

const { values } = parseArgs({
  options: { mb: { type: "string", default: "200" }, rounds: { type: "string", default: "5" } },
});

const folder = mkdtempSync(join(tmpdir(), "ccotel-bench-"));
try {
  process.exitCode = await bench(Number(values.mb), Number(values.rounds));
} finally {
  rmSync(folder, { recursive: true });
}

async function bench(megabytes, rounds) {
  const { path, counts } = writeCorpus(folder, { megabytes });
  console.log(`a session of ${Math.round(counts.bytes / 1e6)} MB in ${counts.lines} lines, ${rounds} rounds`);
  const reader = await bundle("read-session.mjs");
  const results = runRounds(
    {
      floor: () => runPrinting([lib("parse-every-line.mjs"), path]),
      read: () => runPrinting([reader, path]),
      ...(existsSync(BUILT) ? { "dry run": () => dryRun(path) } : {}),
    },
    rounds,
  );
  const ratiosOf = (name, unit) =>
    results[name].map((used, round) => used[unit] / results.floor[round][unit]);
  const all = (name, unit) => results[name].map((used) => used[unit]);
  for (const name of Object.keys(results)) {
    console.log(
      [
        name.padEnd(7),
        `${describeSpread(all(name, "ms"))} ms`,
        `${describeSpread(all(name, "cpuMs"))} ms of processor`,
        `${describeSpread(all(name, "megabytes"))} MB`,
      ].join("  "),
    );
  }
  for (const name of Object.keys(results).filter((other) => other !== "floor")) {
    const [time, cpu] = [ratiosOf(name, "ms"), ratiosOf(name, "cpuMs")];
    console.log(
      `${name} / floor: ${describeSpread(time, 2)} of time, ${describeSpread(cpu, 2)} of processor time`,
    );
  }
  const failures = [
    ...(median(ratiosOf("read", "cpuMs")) > MOST_RATIO
      ? [`Reading takes more than ${MOST_RATIO} times the floor.`]
      : []),
    ...Object.keys(results)
      .filter((name) => name !== "floor" && Math.max(...all(name, "megabytes")) > MOST_MEGABYTES)
      .map((name) => `More than ${MOST_MEGABYTES} MB: ${name}.`),
    ...Object.entries(results.read[0].found)
      .filter(([name, found]) => found !== counts[name])
      .map(([name, found]) => `${name}: ${found} of ${counts[name]} found.`),
  ];
  for (const failure of failures) console.error(failure);
  return failures.length === 0 ? 0 : 1;
}

function runPrinting(args) {
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

function dryRun(path) {
  const usage = join(folder, "usage.json");
  execFileSync(process.execPath, ["--require", lib("report-usage.cjs"), BUILT, "export", path, "--dry-run"], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { PATH: process.env.PATH, HOME: folder, BENCH_USAGE: usage },
  });
  return JSON.parse(readFileSync(usage, "utf8"));
}

async function bundle(name) {
  const outfile = join(folder, name.replace(/mjs$/, "cjs"));
  await build({
    entryPoints: [lib(name)],
    bundle: true,
    platform: "node",
    format: "cjs",
    outfile,
    logLevel: "error",
  });
  return outfile;
}

function lib(name) {
  return fileURLToPath(new URL(`lib/${name}`, import.meta.url));
}
