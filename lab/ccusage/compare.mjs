// Compares each figure of `ccotel stats` that ccusage also gives, over folders of recordings; docs/use/stats.md
// explains the differences. A recording is a folder with projects/ in it.
//
//   npm install --prefix /tmp/ccusage ccusage@20
//   node lab/ccusage/compare.mjs /tmp/ccusage/node_modules/.bin/ccusage fixtures/sessions [FOLDER]…
//
// Prints one line for each figure that differs, and the number of equal figures. Compares prices only for models that
// both programs have a price for.

import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const CCOTEL = fileURLToPath(new URL("../../dist/ccotel.cjs", import.meta.url));
const KINDS = ["input", "output", "cacheRead", "cacheWrite", "microUsd"];
const REPORTS = [
  { name: "day", theirs: "daily", list: "daily", key: "date" },
  { name: "week", theirs: "weekly", list: "weekly", key: "week" },
  { name: "month", theirs: "monthly", list: "monthly", key: "month" },
  { name: "session", theirs: "session", list: "sessions", key: "sessionId" },
];

const [ccusage, ...roots] = process.argv.slice(2);
if (ccusage === undefined || roots.length === 0) {
  console.error("usage: node lab/ccusage/compare.mjs CCUSAGE FOLDER…");
  process.exit(2);
}

let same = 0;
const different = [];
for (const folder of roots.flatMap((root) => recordingsIn(resolve(root)))) {
  for (const difference of compare(folder)) different.push(difference);
}
for (const { recording, report, period, model, kind, ours, theirs } of different)
  console.log([recording, report, period, model, kind, `ccotel ${ours}`, `ccusage ${theirs}`].join("\t"));
const recordings = new Set(different.map(({ recording }) => recording));
console.log(`${same} figures are the same, ${different.length} in ${recordings.size} recordings differ.`);

function recordingsIn(root) {
  if (existsSync(join(root, "projects"))) return [root];
  return readdirSync(root)
    .sort()
    .map((name) => join(root, name))
    .filter((folder) => existsSync(join(folder, "projects")));
}

function compare(folder) {
  const home = mkdtempSync(join(tmpdir(), "ccotel-ccusage-"));
  try {
    copyCompact(join(folder, "projects"), join(home, ".claude/projects"));
    return [
      ...REPORTS.map((report) => ({
        report: report.name,
        ours: oursOf(home, report),
        theirs: theirsOf(home, report),
      })),
      blocksOf(home),
    ].flatMap(({ report, ours, theirs }) => differences(basename(folder), report, ours, theirs));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function differences(recording, report, ours, theirs) {
  return [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((key) => {
    const [period, model] = key.split(" ");
    return KINDS.flatMap((kind) => {
      const [a, b] = [ours.get(key)?.[kind], theirs.get(key)?.[kind]];
      if (kind === "microUsd" && (a === undefined || b === undefined)) return [];
      if ((a ?? 0) !== (b ?? 0))
        return [{ recording, report, period, model, kind, ours: a ?? 0, theirs: b ?? 0 }];
      same++;
      return [];
    });
  });
}

/** Five-hour windows, with the tokens of all models together. */
function blocksOf(home) {
  const ours = run(home, process.execPath, [CCOTEL, "stats", "--by", "block", "--json"])?.rows ?? [];
  const theirs = run(home, ccusage, ["claude", "blocks", "--offline", "--json"])?.blocks ?? [];
  const named = (start, input, output, cacheRead, cacheWrite) => [
    `${start} all`,
    { input, output, cacheRead, cacheWrite },
  ];
  const used = ([, sums]) => Object.values(sums).some((value) => value > 0);
  return {
    report: "block",
    ours: new Map(
      ours
        .map((row) =>
          named(row.block, row.input, row.output, row.cacheRead, row.cacheWrite5m + row.cacheWrite1h),
        )
        .filter(used),
    ),
    theirs: new Map(
      theirs
        .filter(({ isGap }) => !isGap)
        .map(({ startTime, tokenCounts: sums }) =>
          named(
            startTime,
            sums.inputTokens,
            sums.outputTokens,
            sums.cacheReadInputTokens,
            sums.cacheCreationInputTokens,
          ),
        )
        .filter(used),
    ),
  };
}

/** Copies JSON without spaces, as Claude Code writes it: ccusage finds nothing in JSON with spaces. */
function copyCompact(from, to) {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyCompact(source, target);
    else writeFileSync(target, readFileSync(source, "utf8").split("\n").map(compact).join("\n"));
  }
}

function compact(line) {
  try {
    return JSON.stringify(JSON.parse(line));
  } catch {
    return line;
  }
}

function oursOf(home, { name }) {
  const rows = run(home, process.execPath, [CCOTEL, "stats", "--by", `${name},model`, "--json"])?.rows ?? [];
  const figures = rows.map((row) => [
    `${row[name]} ${row.model}`,
    {
      input: row.input,
      output: row.output,
      cacheRead: row.cacheRead,
      cacheWrite: row.cacheWrite5m + row.cacheWrite1h,
      ...(row.unpricedRequests > 0 ? {} : { microUsd: row.costMicroUsd }),
    },
  ]);
  // Failed requests have no tokens, and ccusage does not list them.
  return new Map(figures.filter(([, sums]) => KINDS.some((kind) => sums[kind] > 0)));
}

function theirsOf(home, { theirs, list, key }) {
  const found = run(home, ccusage, [
    "claude",
    theirs,
    "--offline",
    "--breakdown",
    "--json",
    "--mode",
    "calculate",
    ...(theirs === "weekly" ? ["--start-of-week", "monday"] : []),
  ]);
  return new Map(
    (found?.[list] ?? []).flatMap((row) =>
      row.modelBreakdowns.map((sums) => [
        `${row[key]} ${sums.modelName}`,
        {
          input: sums.inputTokens,
          output: sums.outputTokens,
          cacheRead: sums.cacheReadTokens,
          cacheWrite: sums.cacheCreationTokens,
          ...(sums.missingPricing ? {} : { microUsd: Math.round(sums.cost * 1e6) }),
        },
      ]),
    ),
  );
}

function run(home, program, args) {
  const options = { env: { PATH: process.env.PATH, HOME: home, TZ: "UTC", NO_COLOR: "1" }, encoding: "utf8" };
  const stdout = execFileSync(program, [...args, "--timezone", "UTC"], {
    ...options,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return stdout.trim() === "" ? undefined : JSON.parse(stdout);
}
