// The licences of the packages whose code is in the bundles, as one text. Most of these licences require that.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * `inputs`: paths of bundled files, from esbuild's metafile. Returns the text of `THIRD-PARTY-LICENSES.txt`. Packages
 * with the same text share it.
 */
export async function licensesOf(inputs) {
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
  const packages = new Map();
  for (const { name, text } of await Promise.all([...folders].sort().map(licenceOf)))
    packages.set(text, [...(packages.get(text) ?? []), name]);
  const sections = [...packages].map(
    ([text, names]) => `${"-".repeat(79)}\n${names.join("\n")}\n\n${text}\n`,
  );
  return `The programs of this package contain code of the following packages.\n\n${sections.join("\n")}`;
}

function packageFolder(path) {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
}

async function licenceOf(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? `License: ${license}` : await readFile(join(folder, file), "utf8");
  return { name: `${name} ${version}`, text: text.trim() };
}
