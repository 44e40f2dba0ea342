// Checks that imports point one way without cycles, that the pure folders have no side effects, and that what is
// exported is imported. The reasons are in docs/develop/architecture.md.
//
//   node scripts/check-layers.mjs [FOLDER]   # FOLDER contains src/

import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { unusedExports } from "./unused-exports.mjs";

/** The folders that each folder may import besides itself. The check reports a folder that is not listed here. */
const READING = ["transcript", "session", "pricing", "redact", "signals", "telemetry"];
const SENDING = [...READING, "disk", "config", "otlp"];
const BACKGROUND = [...SENDING, "files", "state", "hook", "delivery"];
const layers = {
  transcript: [],
  session: ["transcript"],
  pricing: ["transcript", "session"],
  redact: [],
  telemetry: ["transcript", "session", "redact", "signals"],
  audit: READING,
  disk: [],
  config: ["disk"],
  collector: [],
  otlp: SENDING,
  files: ["transcript", "session", "disk", "config"],
  state: ["transcript", "session", "telemetry", "disk", "config", "files"],
  notices: ["session"],
  notify: [...SENDING, "files", "state", "notices"],
  hook: ["transcript", "disk", "config", "state"],
  delivery: [...SENDING, "files", "state", "hook"],
  worker: [...BACKGROUND, "notices", "notify"],
  report: [...READING, "stats", "search", "signals", "failures", "insights"],
  search: ["disk", "transcript", "session", "files"],
  stats: ["session"],
  signals: ["transcript", "session"],
  failures: ["transcript", "session", "signals"],
  insights: ["session", "failures"],
  page: ["session", "signals", "failures"],
  serve: ["session", "disk", "files", "page", "search"],
  settings: ["disk", "config"],
  doctor: [...BACKGROUND, "settings", "report", "audit", "notices", "notify"],
  cli: [...BACKGROUND, "settings", "report", "doctor"],
  setup: [...BACKGROUND, "settings", "doctor", "report", "cli", "notices", "notify"],
  commands: [
    ...BACKGROUND,
    "settings",
    "report",
    "audit",
    "doctor",
    "collector",
    "cli",
    "setup",
    "page",
    "serve",
    "stats",
    "search",
    "signals",
    "failures",
    "insights",
    "notices",
    "notify",
  ],
  programs: [...BACKGROUND, "worker", "cli", "commands"],
};

/**
 * The parts of the same folder that each part of a folder may import. Files directly in the folder are its interface
 * and its model: any part may import them, and they may import any part, as long as there is no cycle.
 */
const parts = {
  session: {
    sums: [],
    conversation: ["sums"],
    agents: ["sums", "conversation"],
    turns: ["conversation", "agents"],
    finish: ["sums", "conversation", "agents", "turns"],
  },
  config: { text: [], options: ["text"], claude: ["text"] },
  files: { agents: [], kin: ["agents"] },
  state: { destinations: [], catalog: [], position: ["destinations"] },
  redact: { passwords: [], tokens: [] },
  signals: { shell: [], rules: ["shell"] },
  delivery: { outlets: [], load: [], export: ["load", "outlets"] },
  report: { text: [], json: [] },
  settings: { text: [], hooks: ["text"], installation: [], presets: [] },
  doctor: { facts: [], checks: ["facts"] },
  commands: {
    reading: [],
    audit: ["reading"],
    "dry-run": ["reading"],
    errors: ["reading"],
    export: ["dry-run"],
    show: ["reading"],
    stats: ["reading"],
    status: ["reading"],
    view: ["reading"],
  },
};

/** Folders without disk, network, clock, process and randomness: their results depend only on their arguments. */
const pure = new Set([
  "transcript",
  "session",
  "pricing",
  "redact",
  "telemetry",
  "audit",
  "report",
  "page",
  "stats",
  "signals",
  "failures",
  "insights",
  "notices",
]);
const withDisk = new Set([
  "node:fs",
  "node:fs/promises",
  "node:os",
  "node:child_process",
  "node:net",
  "node:http",
]);
const modulesForPure = new Set(["node:crypto"]);

/** The only folders that may import OpenTelemetry's packages, so that their next major version is a small change. */
const openTelemetry = new Set(["telemetry", "otlp"]);
const otherOpenTelemetry = new Set([
  // The dry run calls the official JSON serializer once.
  "commands/dry-run/otlp-json.ts",
]);

const root = resolve(process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url)));
const src = join(root, "src");
const problems = [];
/** The files in src/ that each file imports, for types or for code. Paths are relative to src/. */
const importsByFile = new Map();
for (const file of await sourceFiles(src)) await checkFile(file);
await checkSessionTests();
for (const [folder, allowed] of Object.entries(layers)) {
  for (const other of allowed) {
    if (other !== folder && layers[other].includes(folder)) {
      problems.push(`scripts/check-layers.mjs lets ${folder}/ and ${other}/ import each other.`);
    }
  }
}
for (const circle of circles(importsByFile)) {
  problems.push(`src/${circle[0]}: imports go round in a circle: ${[...circle, circle[0]].join(" → ")}.`);
}
for (const { file, name } of await unusedExports(root, importsOf)) {
  problems.push(`src/${file}: nothing imports ${name}, so it needs no export.`);
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  console.error(
    `${problems.length} imports, exports or uses are against the layers (docs/develop/architecture.md).`,
  );
  process.exitCode = 1;
} else {
  console.log("Layers: every import points the right way.");
}

async function checkFile(path) {
  const text = await readFile(path, "utf8");
  const file = relative(src, path).split(sep).join("/");
  const folder = file.includes("/") ? file.slice(0, file.indexOf("/")) : undefined;
  importsByFile.set(
    file,
    importsOf(text).flatMap(({ module }) => (module.startsWith(".") ? [pathInSrc(path, module)] : [])),
  );
  if (folder === undefined) {
    for (const { module } of importsOf(text))
      if (module.startsWith(".") && pathInSrc(path, module).includes("/"))
        problems.push(
          `src/${file}: files directly in src/ are for every folder and must not import ${module}.`,
        );
    return;
  }
  if (layers[folder] === undefined) {
    problems.push(`src/${file}: the folder ${folder} has no place in scripts/check-layers.mjs.`);
    return;
  }
  for (const { module, isType } of importsOf(text)) checkImport(file, folder, path, module, isType);
  if (pure.has(folder))
    for (const name of await worldlyNames(text)) {
      problems.push(`src/${file}: ${folder}/ is pure, but uses ${name}.`);
    }
}

function checkImport(file, folder, path, module, isType) {
  if (module.startsWith(".")) {
    const target = pathInSrc(path, module);
    const to = target.slice(0, target.indexOf("/"));
    if (to === folder) checkPart(file, folder, target);
    // Every folder may import the small files directly in src/, such as version.ts.
    if (!target.includes("/") || to === folder || layers[folder].includes(to)) {
      if (to !== "collector" || folder === "collector" || isType) return;
      problems.push(
        `src/${file}: only types of collector/ may be imported, its code is a bundle of its own.`,
      );
      return;
    }
    problems.push(`src/${file}: ${folder}/ must not import ${target}.`);
    return;
  }
  if (
    module.startsWith("@opentelemetry/") &&
    !openTelemetry.has(folder) &&
    !isType &&
    !otherOpenTelemetry.has(file)
  ) {
    problems.push(`src/${file}: ${module} is only for ${[...openTelemetry].join("/ and ")}/.`);
  }
  if (pure.has(folder) && module.startsWith("node:") && !modulesForPure.has(module)) {
    problems.push(`src/${file}: ${folder}/ is pure, but imports ${module}.`);
  }
}

/** Checks that tests of the session model, and the files they import, use no disk, except to read recordings. */
async function checkSessionTests() {
  const tests = join(root, "test");
  const due = (await sourceFiles(join(tests, "session"))).filter((path) => path.endsWith(".test.ts"));
  const seen = new Set(due);
  for (const path of due) {
    const file = relative(root, path).split(sep).join("/");
    for (const { module } of importsOf(await readFile(path, "utf8"))) {
      const target = module.startsWith(".") ? resolve(dirname(path), module) : undefined;
      const folder = target === undefined ? undefined : pathInSrc(path, module).split("/")[0];
      if (target?.startsWith(tests)) {
        if (!seen.has(target)) due.push(target);
        seen.add(target);
      } else if (layers[folder] !== undefined && !pure.has(folder)) {
        problems.push(`${file}: tests of session/ need no ${folder}/.`);
      } else if (withDisk.has(module) && file !== "test/support/recordings.ts") {
        problems.push(`${file}: tests of session/ need no disk, but this imports ${module}.`);
      }
    }
  }
}

function checkPart(file, folder, target) {
  const table = parts[folder];
  const [, from, inFrom] = file.split("/");
  if (table === undefined || inFrom === undefined) return;
  if (table[from] === undefined) {
    problems.push(`src/${file}: the part ${folder}/${from} has no place in scripts/check-layers.mjs.`);
    return;
  }
  const [, to, inTo] = target.split("/");
  if (inTo !== undefined && to !== from && !table[from].includes(to))
    problems.push(`src/${file}: ${folder}/${from}/ must not import ${target}.`);
}

function pathInSrc(importer, module) {
  return relative(src, resolve(dirname(importer), module))
    .split(sep)
    .join("/");
}

/** The cycles among all imports. Each starts with the file at which the walk entered it. */
function circles(imports) {
  const found = [];
  const done = new Set();
  const way = [];
  const visit = (file) => {
    if (way.includes(file)) found.push(way.slice(way.indexOf(file)));
    if (done.has(file) || way.includes(file)) return;
    way.push(file);
    for (const next of imports.get(file) ?? []) visit(next);
    way.pop();
    done.add(file);
  };
  for (const file of imports.keys()) visit(file);
  return found;
}

/** The modules in a file's imports, exports and import() calls. `isType`: the import is for types only. */
function importsOf(text) {
  const statements = /^(import|export)\b(\s+type\b)?[^;"']*?\bfrom\s*["']([^"']+)["']/gm;
  const bare = /^import\s*["']([^"']+)["']/gm;
  const dynamic = /(?:(typeof)\s+)?\bimport\(\s*["']([^"']+)["']\s*\)/g;
  return [
    ...[...text.matchAll(statements)].map(([, , type, module]) => ({ module, isType: type !== undefined })),
    ...[...text.matchAll(bare)].map(([, module]) => ({ module, isType: false })),
    ...[...text.matchAll(dynamic)].map(([, type, module]) => ({ module, isType: type !== undefined })),
  ];
}

/**
 * Finds the use of globals that give access to the outside world. The compiler renames the globals, so that comments,
 * strings and variables with the same names do not count.
 */
async function worldlyNames(text) {
  const watched = ["process", "Date", "Math", "performance", "fetch", "crypto", "setTimeout", "setInterval"];
  const define = Object.fromEntries(watched.map((name) => [name, `$world_${name}`]));
  const { code } = await transform(text, { loader: "ts", define });
  const allowed = /\$world_Date\.(parse|UTC)\b|new \$world_Date\((?!\))|\$world_Math\.(?!random)\w+/g;
  const rest = code.replace(allowed, "");
  const found = [...rest.matchAll(/(new )?\$world_(\w+)(\.\w+)?/g)];
  return new Set(found.map(([, made = "", name, member = ""]) => `${made}${name}${member}`));
}

async function sourceFiles(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}
