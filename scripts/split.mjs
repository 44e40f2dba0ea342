// Splits the command line into files, so that a command loads only what it uses: V8 reads all text of a file that is
// loaded, which takes 3 ms per 100 KB.
//
// esbuild splits only ECMAScript modules, and into many small chunks, each of which costs as much to load as 10 KB of
// text. So the first pass makes chunks, and the second joins them into a few CommonJS files.

import { basename, join } from "node:path";
import { build } from "esbuild";

/**
 * Bundles `files`: the name of each file, and the module that it is for. Every chunk goes into the first file whose
 * module needs it, so a file loads only files above it in the list. The first file holds the program itself. What it
 * shares with the modules below is in a second file, `shared`, because the program must not be loaded twice.
 *
 * @param {Record<string, string>} files Names without ending, and the paths of their modules.
 * @param {{ options: import("esbuild").BuildOptions, shared: string, banner: string, out: string }} settings
 * @returns esbuild's metafile of the first pass, with all inputs.
 */
export async function split(files, { options, shared, banner, out }) {
  const { supported, ...first } = options;
  const [[program, entry]] = Object.entries(files);
  const { metafile, outputFiles } = await build({
    ...first,
    format: "esm",
    splitting: true,
    entryPoints: [entry],
    outdir: out,
    write: false,
    metafile: true,
  });
  const textOf = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  const chunks = new Map(Object.entries(metafile.outputs).map(([path, chunk]) => [basename(path), chunk]));
  const chunkOf = (module) => [...chunks].find(([, { entryPoint }]) => entryPoint === module)?.[0];
  const roots = new Map(Object.entries(files).map(([file, module]) => [chunkOf(module), file]));
  if (roots.has(undefined))
    throw new Error(`The program never loads ${files[roots.get(undefined)]} by itself.`);

  const fileOf = new Map();
  for (const [root, file] of roots)
    for (const name of needs(root, chunks, roots))
      if (!fileOf.has(name)) fileOf.set(name, file === program && name !== root ? shared : file);

  for (const file of new Set(fileOf.values())) {
    const own = [...fileOf].filter(([, itsFile]) => itsFile === file).map(([name]) => name);
    await build({
      ...options,
      metafile: false,
      stdin: { contents: own.map((name) => `export * as ${nameOf(name)} from "./${name}";`).join("\n") },
      outfile: join(out, `${file}.cjs`),
      plugins: [{ name: "chunks", setup: (hooks) => joinChunks(hooks, { file, fileOf, textOf }) }],
      ...(file === program ? { banner: { js: banner } } : {}),
    });
  }
  return metafile;
}

/** The chunks that `root` needs, without those that are loaded later as a file of their own. */
function needs(root, chunks, roots, found = new Set()) {
  found.add(root);
  for (const { path, kind } of chunks.get(root).imports) {
    const name = basename(path);
    const isLater = kind === "dynamic-import" && roots.has(name);
    if (chunks.has(name) && !isLater && !found.has(name)) needs(name, chunks, roots, found);
  }
  return found;
}

/** Takes the chunks of this file from memory, and those of another file from its exports. */
function joinChunks({ onResolve, onLoad }, { file, fileOf, textOf }) {
  onResolve({ filter: /^\.\// }, ({ path, namespace }) => {
    const name = basename(path);
    if (namespace === "other" || !fileOf.has(name)) return { path, external: true };
    return { path: name, namespace: fileOf.get(name) === file ? "own" : "other" };
  });
  onLoad({ filter: /./, namespace: "own" }, ({ path }) => ({ contents: textOf.get(path) }));
  onLoad({ filter: /./, namespace: "other" }, ({ path }) => ({
    contents: `module.exports = require("./${fileOf.get(path)}.cjs").${nameOf(path)};`,
  }));
}

function nameOf(chunk) {
  return chunk.replace(/\W/g, "_");
}
