// The licences of the packages whose code is in the bundles, as one text. Most of these licences require that.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** `inputs`: paths of bundled files, from esbuild's metafile. Returns the text of `THIRD-PARTY-LICENSES.txt`. */
export async function licensesOf(inputs) {
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
  const sections = await Promise.all([...folders].sort().map(sectionOf));
  return `The programs of this package contain code of the following packages.\n\n${sections.join("\n")}`;
}

function packageFolder(path) {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
}

async function sectionOf(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? `License: ${license}` : await readFile(join(folder, file), "utf8");
  return `${"-".repeat(79)}\n${name} ${version}\n\n${text.trim()}\n`;
}
