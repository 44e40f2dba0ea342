// Bundles each entry point into one CommonJS file, so that the installed package has no dependency tree to load.
// Dynamic imports become `require`: a native import() of node:http also loads undici, which slows down the start.

import { existsSync } from "node:fs";
import {
  chmod,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";
import { leanUplot } from "./lean-uplot.mjs";
import { licensesOf } from "./licenses.mjs";
import { split } from "./split.mjs";

/** Modules that few sessions need. Each is a separate bundle, loaded at the first call of one of its functions. */
const ASIDE = {
  logs: { file: "src/telemetry/logs/logs.ts", functions: ["toLogEvents", "createReadableLog"] },
  notices: { file: "src/notify/outbox.ts", functions: ["createOutbox"] },
  signals: { file: "src/signals/assess.ts", functions: ["assess", "createAssess", "assessing"] },
  "signals-shell": {
    file: "src/signals/shell-findings.ts",
    functions: ["findingsOfShell", "hostsOfShell", "commandsIn"],
  },
  "logs-codec": { file: "src/otlp/logs-codec.ts", functions: ["encodeLogs"] },
};

/**
 * The modules that the command line loads when it needs them, those first that should start at once: each becomes a
 * file, which holds what it shares with those below it. Modules that are not named come last.
 */
const LOADED_LATER = [
  "src/commands/stats/stats.ts",
  "src/commands/export/export.ts",
  "src/commands/reading/history.ts",
  "src/commands/reading/summaries.ts",
  "src/commands/hook.ts",
  "src/commands/statusline.ts",
  "src/commands/sessions.ts",
  "src/commands/reading/searched.ts",
  "src/commands/show/show.ts",
  "src/commands/errors/errors.ts",
  "src/commands/insights.ts",
  "src/commands/audit/audit.ts",
  "src/commands/view/view.ts",
  "src/commands/export/send.ts",
  "src/commands/status/status.ts",
  "src/commands/doctor.ts",
];

/**
 * Small modules that go into the first of these files, which nearly every command loads: `sessions` would load three
 * more files for them.
 */
const WITH_THE_FIRST = ["src/files/alive.ts", "src/files/transcript-file.ts", "src/shell-word.ts"];

/** The bundles that `openProgram` loads, beside those of the command line. */
const PROGRAMS = ["worker-code"];

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
/**
 * Makes a file one expression: the function of a CommonJS module, which `openProgram` runs. If `openProgram` added the
 * function itself, V8 would copy the whole text.
 */
const AS_FUNCTION = JSON.parse(await readFile("scripts/program-options.json", "utf8"));
const { version, bugs } = JSON.parse(await readFile("package.json", "utf8"));

// Builds into another folder and moves the files into dist/ one by one, so that a program that runs from dist/ during a
// build finds complete files.
await mkdir("dist", { recursive: true });
const made = await mkdtemp("dist/.made-");
try {
  const inputs = [...(await bundle(made)), ...(await bundlePage(made))];
  await writeFile(join(made, "THIRD-PARTY-LICENSES.txt"), await licensesOf(inputs));
  await copyFiles(made);
  await replaceFolder(made, "dist");
} finally {
  await rm(made, { recursive: true, force: true });
}

/** Writes the programs. Returns the paths of all files that are in them. */
async function bundle(out) {
  const entries = {
    worker: "src/programs/worker.ts",
    "worker-code": "src/programs/worker-code.ts",
    hook: "src/hook/hook.ts",
    collector: "src/collector/collector.ts",
    prompts: "src/cli/prompts.ts",
    redact: "src/redact/redact.ts",
    ...Object.fromEntries(Object.entries(ASIDE).map(([name, { file }]) => [name, file])),
  };
  const shared = {
    ...JSON.parse(await readFile("scripts/bundle-options.json", "utf8")),
    minify: true,
    legalComments: "none",
    define: {
      __CCOTEL_VERSION__: JSON.stringify(version),
      __CCOTEL_BUGS__: JSON.stringify(bugs?.url ?? ""),
    },
    external: ["./collector.cjs", "./prompts.cjs"],
    plugins: [
      { name: "redact-aside", setup: leaveRedactAside },
      { name: "aside", setup: leaveAside },
    ],
    metafile: true,
  };
  const results = await Promise.all(
    Object.entries(entries)
      .filter(([, file]) => existsSync(file))
      .map(([name, file]) =>
        build({
          ...shared,
          ...(PROGRAMS.includes(name) ? AS_FUNCTION : {}),
          entryPoints: [file],
          outfile: join(out, `${name}.cjs`),
        }),
      ),
  );
  await build({
    ...shared,
    entryPoints: ["src/programs/start.ts"],
    outfile: join(out, "ccotel.cjs"),
    banner: { js: "#!/usr/bin/env node" },
  });
  const commandLine = await split("src/programs/main.ts", LOADED_LATER, {
    withFirst: WITH_THE_FIRST,
    options: shared,
    form: AS_FUNCTION,
    name: "ccotel",
    out,
  });
  await chmod(join(out, "ccotel.cjs"), 0o755);
  const metafiles = [...results.map(({ metafile }) => metafile), commandLine];
  return metafiles.flatMap(({ inputs }) => Object.keys(inputs));
}

/**
 * Writes the page of `ccotel view`: one file that contains its script and style, so that it also opens from disk. Returns
 * the paths of all files that are in it.
 */
async function bundlePage(out) {
  const { outputFiles, metafile } = await build({
    entryPoints: ["web/main.tsx"],
    bundle: true,
    platform: "browser",
    format: "iife",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    minify: true,
    legalComments: "none",
    plugins: [leanUplot],
    outdir: out,
    write: false,
    metafile: true,
    logLevel: "warning",
  });
  const text = (ending) => outputFiles.find(({ path }) => path.endsWith(ending)).text.trim();
  // esbuild does not move a function or a value to its only use.
  const { code } = await minify(text(".js"), { ecma: 2020, mangle: { toplevel: true } });
  const page = await readFile("web/page.html", "utf8");
  // Functions as replacements, because `replace` would interpret "$&" in a replacement string.
  const filled = page
    .replace("<style></style>", () => `<style>${text(".css")}</style>`)
    .replace("<script></script>", () => `<script>${code.replaceAll("</script", "<\\/script")}</script>`);
  await writeFile(join(out, "page.html"), filled);
  return Object.keys(metafile.inputs);
}

/** Leaves the rules for secrets out of other bundles: they are larger than the worker, and only content needs them. */
function leaveRedactAside({ onResolve }) {
  onResolve({ filter: /^\.\/redact\.ts$/ }, () => ({ path: "./redact.cjs", external: true }));
}

/** Replaces a module of `ASIDE` by functions that load its bundle at the first call. */
function leaveAside({ onResolve, onLoad }) {
  for (const [name, { file, functions }] of Object.entries(ASIDE)) {
    const filter = new RegExp(`/${file.split("/").at(-1).replace(".", "\\.")}$`);
    onResolve({ filter }, ({ path, kind, resolveDir }) => {
      if (kind === "entry-point" || !join(resolveDir, path).endsWith(join(file))) return undefined;
      return { path: name, namespace: "aside" };
    });
    onLoad({ filter: new RegExp(`^${name}$`), namespace: "aside" }, () => ({
      contents: functions
        .map((one) => `export const ${one} = (...args) => require("./${name}.cjs").${one}(...args);`)
        .join("\n"),
    }));
  }
  onResolve({ filter: /\.cjs$/, namespace: "aside" }, ({ path }) => ({ path, external: true }));
}

async function copyFiles(out) {
  // Copies only the files that Claude Code wrote. The demo's README is for readers of the repository.
  await cp("examples/demo/projects", join(out, "demo", "projects"), { recursive: true });
  for (const script of ["hook.sh", "statusline.sh"]) {
    await copyFile(join("src/hook", script), join(out, script));
    await chmod(join(out, script), 0o755);
  }
}

async function replaceFolder(from, to) {
  const files = await filesIn(from);
  for (const file of files) {
    await mkdir(dirname(join(to, file)), { recursive: true });
    await rename(join(from, file), join(to, file));
  }
  for (const file of await filesIn(to)) if (!files.includes(file)) await rm(join(to, file));
}

async function filesIn(folder, prefix = "") {
  const entries = await readdir(join(folder, prefix), { withFileTypes: true });
  const visible = entries.filter(({ name }) => !name.startsWith("."));
  const files = visible.map((entry) => {
    const path = join(prefix, entry.name);
    return entry.isDirectory() ? filesIn(folder, path) : [path];
  });
  return (await Promise.all(files)).flat();
}
