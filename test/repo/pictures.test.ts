import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const pictures = readdirSync("docs/images").sort();
const pages = ["README.md", "docs/use/backends.md", "docs/use/view.md"]
  .map((path) => readFileSync(path, "utf8"))
  .join("\n");

it("each picture is one that npm run pictures takes, and the other way round", () => {
  const script = readFileSync("lab/pictures/pages.mjs", "utf8");
  const taken = [...script.matchAll(/take\("([a-z-]+)"/g)].map(([, name]) => `${name}.png`);
  expect(pictures).toEqual(taken.sort());
});

it.each(pictures)("%s is on a page, with words for those who do not see it", (picture) => {
  const [, words = ""] = new RegExp(`!\\[([^\\]]+)\\]\\([a-z/.]*images/${picture}\\)`).exec(pages) ?? [];
  expect(words.length).toBeGreaterThan(20);
});

it.each(pictures)("%s is wide enough to read, and small", (picture) => {
  const png = readFileSync(`docs/images/${picture}`);
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  // The first chunk of a PNG begins with its width, in pixels.
  const width = png.readUInt32BE(16);
  expect(width).toBeGreaterThanOrEqual(1280);
  expect(width).toBeLessThanOrEqual(1600);
  expect(png.length).toBeLessThan(200_000);
});

it("pictures are not in the package", () => {
  const { files } = JSON.parse(readFileSync("package.json", "utf8")) as { files: string[] };
  expect(files).toContain("!docs/images");
});
