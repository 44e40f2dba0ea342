import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseArguments } from "../../src/cli/arguments.ts";
import { commands } from "../../src/commands/table.ts";
import { recording, runTool } from "../support/run-tool.ts";

const documents = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"].concat(
  (readdirSync("docs", { recursive: true }) as string[])
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name.replaceAll("\\", "/")}`),
);
const readme = readFileSync("README.md", "utf8");

describe("the README", () => {
  it("names two commands that exist", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(readme).toContain("```sh\nnpm ci && npm run demo\n```");
    expect(readme).toContain("```sh\nnpm test\n```");
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(["demo", "test"]));
  });

  it("shows the tree that the demo prints", async () => {
    const [, picture] = /```text\n(SPAN[^`]*)```/.exec(readme) ?? [];
    expect((await runTool(["show", recording, "--no-content"])).stdout).toContain(picture);
  });

  it.each(commandLinesIn(readme))("has a valid example: %s", (line) => {
    const [name = "", ...args] = wordsOf(line).slice(1);
    if (name.startsWith("--")) return;
    const command = commands.find((candidate) => candidate.name === name);
    expect(command?.name).toBe(name);
    if (command !== undefined) parseArguments(command, args);
  });
});

describe("the help", () => {
  it.each(commands.flatMap(({ examples }) => examples))("has a valid example: %s", (example) => {
    const [line = ""] = example.split(/ [|>] /);
    const [name = "", ...args] = line.split(" ").slice(1);
    const command = commands.find((candidate) => candidate.name === name);
    if (command === undefined) throw new Error(`no command ${name}`);
    parseArguments(command, args);
  });
});

it("docs/develop/architecture.md has a row for each folder of the source", () => {
  const map = readFileSync("docs/develop/architecture.md", "utf8");
  const folders = readdirSync("src", { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.filter(({ name }) => !map.includes(`| \`src/${name}/\` `)).map(({ name }) => name)).toEqual(
    [],
  );
});

it.each(documents)("the links of %s have existing targets", (document) => {
  const text = readFileSync(document, "utf8");
  const links = [...text.matchAll(/\]\(([^)]+)\)/g)].flatMap(([, target]) => target ?? []);
  const local = links.filter((target) => !/^[a-z]+:/.test(target));
  expect(local.filter((target) => !hasTarget(document, target))).toEqual([]);
});

it.each(documents)("%s shows only valid commands", (document) => {
  const invalid = commandLinesIn(readFileSync(document, "utf8")).filter((line) => {
    const [words = ""] = line.split(/ (?:[|>]|2>) ?/);
    const [name = "", ...args] = wordsOf(words).slice(1);
    if (name === "" || name.startsWith("--")) return false;
    try {
      const command = commands.find((candidate) => candidate.name === name);
      if (command === undefined) return true;
      parseArguments(command, args);
      return false;
    } catch {
      return true;
    }
  });
  expect(invalid).toEqual([]);
});

/** Folders of the repository with comments. */
const COMMENTED = ["src", "web", "test", "lab", "scripts", "examples", "collector-config", "plugin", ".ci"];

it("comments cite only existing documents", () => {
  const files = COMMENTED.flatMap((folder) =>
    (readdirSync(folder, { recursive: true }) as string[])
      .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
      .filter((name) => !name.includes("node_modules") && /\.(ts|tsx|mjs|mts|cjs|sh|yaml|run)$/.test(name)),
  );
  const cited = files.flatMap((name) =>
    [
      ...readFileSync(name, "utf8").matchAll(
        /(?<![\w/.])(?:docs\/[\w/-]+|SECURITY|CONTRIBUTING|CHANGELOG)\.md/g,
      ),
    ].map(([document]) => ({ name, document })),
  );
  expect(cited.length).toBeGreaterThan(20);
  expect(cited.filter(({ document }) => !existsSync(document))).toEqual([]);
});

it("docs/README.md names each page", () => {
  const index = readFileSync("docs/README.md", "utf8");
  const pages = documents.filter((name) => /^docs\/\w+\//.test(name)).map((name) => name.slice(5));
  expect(pages.filter((page) => !index.includes(`(${page})`))).toEqual([]);
});

/** True if the file of a link exists, and the heading or anchor after its `#`. */
function hasTarget(document: string, target: string): boolean {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? document : join(dirname(document), path);
  if (!existsSync(file)) return false;
  if (anchor === undefined || !file.endsWith(".md")) return true;
  const text = readFileSync(file, "utf8").replace(/```[\s\S]*?```/g, "");
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => slug(heading));
  const anchors = [...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, name = ""]) => name);
  return [...headings, ...anchors].includes(anchor);
}

/** The anchor that renderers of Markdown give a heading. */
function slug(heading: string): string {
  const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
  return plain.replace(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-");
}

/** The commands in shell examples and in the first column of tables, without the remarks after them. */
function commandLinesIn(text: string): string[] {
  const blocks = [...text.matchAll(/```sh\n([^`]*)```/g)].map(([, block = ""]) => block);
  const cells = [...text.matchAll(/^\| `(ccotel [^`]+)`/gm)].map(([, cell = ""]) => cell);
  return [...blocks.flatMap((block) => block.split("\n")), ...cells]
    .filter((line) => line.startsWith("ccotel "))
    .map((line) => line.replace(/\s+#.*$/, ""));
}

/** Words of a command line. Quotes enclose one word. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
}
