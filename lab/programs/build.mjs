// Builds or installs one program into a folder.

import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { folderOf, manifestOf } from "./cache.mjs";

const run = promisify(execFile);
const COLLECTOR_BUILDER = "go.opentelemetry.io/collector/cmd/builder";

/** Makes the recipe's folder. On failure, removes everything and throws an error with the tool's last output. */
export async function make(recipe) {
  await mkdir(dirname(folderOf(recipe)), { recursive: true });
  const work = await mkdtemp(join(tmpdir(), "ccotel-backends-"));
  try {
    if (recipe.kind === "python") await installPackage(recipe, work);
    else {
      const made = join(work, "made");
      await mkdir(join(made, "bin"), { recursive: true });
      await (recipe.kind === "builder" ? buildCollector : buildModule)(recipe, work, join(made, "bin"));
      await moveInto(made, folderOf(recipe));
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function buildCollector(recipe, work, bin) {
  await go(["install", `${COLLECTOR_BUILDER}@v${recipe.version}`], work, { GOBIN: work });
  await copyFile(manifestOf(recipe), join(work, "manifest.yaml"));
  await tool(join(work, "builder"), ["--config", "manifest.yaml"], work);
  // Every manifest builds its Collector under the same name.
  await moveInto(join(work, "otelcol", "otelcol"), join(bin, recipe.programs[0]));
}

/**
 * `go install` rejects a module whose go.mod replaces others. Therefore this builds the program as a dependency of an
 * empty module with a copy of the go.mod and go.sum.
 */
async function buildModule(recipe, work, bin) {
  const { module, version, packages } = recipe;
  const downloaded = await go(["mod", "download", "-json", `${module}@v${version}`], work, {
    GOFLAGS: "-mod=mod",
  });
  const { Dir: source } = JSON.parse(downloaded);
  const empty = join(work, "empty");
  await mkdir(empty);
  const goMod = await readFile(join(source, "go.mod"), "utf8");
  await writeFile(join(empty, "go.mod"), goMod.replace(/^module .*/m, "module empty"));
  await writeFile(join(empty, "go.sum"), await readFile(join(source, "go.sum")));
  await go(["mod", "edit", "-require", `${module}@v${version}`], empty);
  const tags = recipe.tags === undefined ? [] : ["-tags", recipe.tags];
  const targets = packages.map((path) => `${module}/${path}`);
  await go(["build", ...tags, "-o", `${bin}/`, ...targets], empty, { GOFLAGS: "-mod=mod -buildvcs=false" });
  for (const [from, to] of Object.entries(recipe.rename ?? {})) await rename(join(bin, from), join(bin, to));
}

/** A virtual environment contains its own path, so it is made in place. The final name is a link to it. */
async function installPackage(recipe, work) {
  const folder = folderOf(recipe);
  const own = `${folder}.${basename(work)}`;
  try {
    await tool("python3", ["-m", "venv", own], work);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    await tool(join(own, "bin", "python"), [...pip, `${recipe.package}==${recipe.version}`], work);
    await symlink(basename(own), folder).catch(ifThere);
  } catch (error) {
    await rm(own, { recursive: true, force: true });
    throw error;
  }
}

/** Moves a folder, also across file systems. Another process may have made the target already. */
async function moveInto(from, to) {
  await rename(from, to).catch(async (error) => {
    if (error.code !== "EXDEV") return ifThere(error);
    const { cp } = await import("node:fs/promises");
    const aside = `${to}.${process.pid}`;
    await cp(from, aside, { recursive: true });
    await rename(aside, to).catch(ifThere);
  });
}

function ifThere(error) {
  if (!["EEXIST", "ENOTEMPTY"].includes(error.code)) throw error;
}

function go(args, cwd, env = {}) {
  return tool("go", args, cwd, { GOFLAGS: "-buildvcs=false", ...env });
}

async function tool(command, args, cwd, env = {}) {
  try {
    const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 256 * 1024 * 1024 };
    const { stdout } = await run(command, args, options);
    return stdout;
  } catch (error) {
    const lastWords = String(error.stderr || error.stdout || error.message)
      .trim()
      .split("\n")
      .slice(-15)
      .map((line) => line.slice(0, 300));
    throw new Error(`${basename(command)} ${args.slice(0, 2).join(" ")} failed:\n${lastWords.join("\n")}`);
  }
}
