// Splits the command line into files, so that a command loads only what it uses: V8 reads all text of a file that is
// loaded, which takes 3 ms per 100 KB.
//
// esbuild splits only ECMAScript modules, and into many small chunks, each of which costs as much to load as 10 KB of
// text. So the first pass makes chunks, and the second joins them into a few CommonJS files.

import { basename, join } from "node:path";
import { build } from "esbuild";

/**
 * Bundles a program: one file `name-MODULE` for its entry and for each module of ours that is imported dynamically, and
 * `name-base` for what the entry shares with these: it must not be loaded a second time. Every chunk goes into the
 * first file whose module needs it, with `order` first, so a file loads only those before it.
 *
 * @param {string} entry Path of the program.
 * @param {string[]} order Paths of modules that the program imports dynamically.
 * @param {{ withFirst: string[], options: import("esbuild").BuildOptions, form: import("esbuild").BuildOptions, name: string, out: string }} settings
 *   `withFirst`: paths of modules that go into the first file of `order`, even if its module does not need them. `form`:
 *   the options of the files that are written, in addition to `options`.
 * @returns esbuild's metafile of the first pass, with all inputs.
 */
export async function split(entry, order, { withFirst, options, form, name: program, out }) {
  const { supported, ...first } = options;
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
  const roots = rootsOf(chunks, [entry, ...order], program);
  const [[main], [foremost]] = roots;
  const fileOf = new Map();
  for (const [root, file] of roots) {
    const found = needs(root, chunks, roots);
    if (root === foremost)
      for (const module of withFirst) needs(chunkWith(module, chunks), chunks, roots, found);
    for (const name of found)
      if (!fileOf.has(name)) fileOf.set(name, root === main && name !== main ? `${program}-base` : file);
  }

  /** Whether a chunk of another file imports this one. All others run only if their own file needs them. */
  const isAskedFor = (name, file) =>
    [...chunks].some(
      ([asking, { imports }]) =>
        fileOf.get(asking) !== file && imports.some(({ path }) => basename(path) === name),
    );
  for (const file of new Set(fileOf.values())) {
    const own = [...fileOf].filter(([, itsFile]) => itsFile === file).map(([name]) => name);
    const exported = own.filter((name) => roots.has(name) || isAskedFor(name, file));
    await build({
      ...options,
      ...form,
      metafile: false,
      stdin: {
        contents: exported
          .map((name) => `export * ${name === main ? "" : `as ${nameOf(name)} `}from "./${name}";`)
          .join("\n"),
      },
      outfile: join(out, `${file}.cjs`),
      plugins: [{ name: "chunks", setup: (hooks) => joinChunks(hooks, { file, fileOf, textOf, chunks }) }],
    });
  }
  return metafile;
}

/** The chunks of modules of ours that are loaded by themselves, `order` first, with the names of their files. */
function rootsOf(chunks, order, program) {
  const chunkOf = new Map([...chunks].map(([name, { entryPoint }]) => [entryPoint, name]));
  const missing = order.find((module) => !chunkOf.has(module));
  if (missing !== undefined) throw new Error(`${missing} is never loaded by itself.`);
  const others = [...chunkOf.keys()].filter((module) => module?.startsWith("src/"));
  const modules = [...new Set([...order, ...others.sort()])];
  const files = modules.map((module) => `${program}-${basename(module, ".ts")}`);
  if (new Set(files).size < files.length) throw new Error(`Two files have one name: ${files.join(", ")}.`);
  return new Map(modules.map((module, at) => [chunkOf.get(module), files[at]]));
}

/** The chunk that holds a module. */
function chunkWith(module, chunks) {
  const [name] = [...chunks].find(([, { inputs }]) => module in inputs) ?? [];
  if (name === undefined) throw new Error(`${module} is in no chunk.`);
  return name;
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

/**
 * Takes the chunks of this file from memory, and those of another file from its exports.
 *
 * The exports of another file become variables. As properties of a module, each use of them would call a getter.
 */
function joinChunks({ onResolve, onLoad }, { file, fileOf, textOf, chunks }) {
  onResolve({ filter: /^\.\// }, ({ path, namespace }) => {
    const name = basename(path);
    if (namespace === "other" || !fileOf.has(name)) return { path, external: true };
    return { path: name, namespace: fileOf.get(name) === file ? "own" : "other" };
  });
  onLoad({ filter: /./, namespace: "own" }, ({ path }) => ({ contents: textOf.get(path) }));
  onLoad({ filter: /./, namespace: "other" }, ({ path }) => {
    const { exports } = chunks.get(path);
    const taken = exports.map((name, at) => `${name}: _${at}`).join(", ");
    const given = exports.map((name, at) => `_${at} as ${name}`).join(", ");
    return {
      contents: `const { ${taken} } = require("./${fileOf.get(path)}.cjs").${nameOf(path)}; export { ${given} };`,
    };
  });
}

function nameOf(chunk) {
  return chunk.replace(/\W/g, "_");
}
