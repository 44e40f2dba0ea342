// node lab/programs/get.mjs [NAME…]   builds or installs the programs that the tests with real backends start, all
// or those named, unless they are in the cache: ~/.cache/ccotel-backends, or the folder in CCOTEL_BACKENDS.

import { execFileSync } from "node:child_process";
import { constants, setPriority } from "node:os";
import { make } from "./build.mjs";
import { cacheFolder, isMade, linkPrograms } from "./cache.mjs";
import { recipes } from "./recipes.mjs";

const names = process.argv.slice(2);
process.exitCode = await get(names.length === 0 ? recipes : names.map(recipeNamed));

async function get(wanted) {
  const missing = wanted.filter((recipe) => !isMade(recipe));
  if (missing.length > 0)
    console.log(`Some backends have to be made first, once; they stay in ${cacheFolder}.`);
  // Lower the priority: a build uses all cores.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  // Run both in parallel: Go uses all cores, and pip waits for the network.
  const isPython = ({ kind }) => kind === "python";
  const lanes = [missing.filter((recipe) => !isPython(recipe)), missing.filter(isPython)];
  const failed = await Promise.all(lanes.map(makeAll));
  for (const recipe of wanted) linkPrograms(recipe);
  return failed.every((count) => count === 0) ? 0 : 1;
}

/** Makes the recipes one after the other. Returns the number of failures. */
async function makeAll(recipes) {
  let failed = 0;
  for (const recipe of recipes) if (!(await tryToMake(recipe))) failed++;
  return failed;
}

/** Returns false on failure. A machine without the necessary tools is not a failure. */
async function tryToMake(recipe) {
  const label = `  ${recipe.title} ${recipe.version}`;
  const tool = missingTool(recipe);
  if (tool !== undefined) {
    console.log(`${label}: left out, and its tests are skipped, since ${tool} is not on this machine.`);
    return true;
  }
  const started = performance.now();
  try {
    await make(recipe);
    console.log(`${label}: made in ${Math.round((performance.now() - started) / 1000)} s.`);
    return true;
  } catch (error) {
    console.error(`${label}: ${error.message}`);
    return false;
  }
}

function missingTool({ kind }) {
  if (kind !== "python") return runs("go", ["version"]) ? undefined : "Go 1.26";
  const hasVenv = ["-c", "import ensurepip, venv, sys; sys.exit(sys.version_info < (3, 10))"];
  return runs("python3", hasVenv) ? undefined : "Python 3.10 or newer with venv";
}

function runs(command, args) {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function recipeNamed(name) {
  const recipe = recipes.find((candidate) => candidate.name === name);
  if (recipe !== undefined) return recipe;
  console.error(`There is no recipe "${name}": ${recipes.map((candidate) => candidate.name).join(", ")}.`);
  process.exit(2);
}
