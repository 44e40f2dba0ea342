import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";

/** The folders whose files may import from src/. */
const IMPORTERS = ["src", "web", "test", "lab", "scripts", "examples"];
const EXPORT =
  /^export (?:default )?(?:declare )?(?:async )?(?:function\*?|const|let|class|interface|type|enum) (\w+)/gm;
/** A file that passes on all that it imports from another one. Who uses it is not looked for. */
const PASSES_ON = /^export (?:type )?\*/m;

/**
 * Names that a file in src/ exports, and that no file which imports it mentions. `importsOf` returns the modules that a
 * text imports. A file that nothing imports is the entry point of a bundle, so its exports are what the bundle offers.
 */
export async function unusedExports(root, importsOf) {
  const texts = new Map();
  for (const folder of IMPORTERS)
    for (const path of await codeFiles(join(root, folder))) texts.set(path, await readFile(path, "utf8"));
  const importers = new Map();
  for (const [path, text] of texts) {
    for (const { module } of importsOf(text)) {
      if (!module.startsWith(".")) continue;
      const target = resolve(dirname(path), module);
      importers.set(target, [...(importers.get(target) ?? []), text]);
    }
  }
  const src = join(root, "src");
  return [...texts].flatMap(([path, text]) => {
    const users = path.startsWith(src + sep) ? importers.get(path) : undefined;
    if (users === undefined || users.some((user) => PASSES_ON.test(user))) return [];
    return [...text.matchAll(EXPORT)]
      .filter(([, name]) => !users.some((user) => new RegExp(`\\b${name}\\b`).test(user)))
      .map(([, name]) => ({ file: relative(src, path).split(sep).join("/"), name }));
  });
}

async function codeFiles(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && /\.(m?ts|tsx|mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => !path.includes(`${sep}node_modules${sep}`));
}
