import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const pictures = readdirSync("docs/images").sort();
const pages = ["README.md", "docs/use/backends.md", "docs/use/view.md"]
  .map((path) => readFileSync(path, "utf8"))
  .join("\n");

it("the pictures are exactly those that npm run pictures takes", () => {
  const script = readFileSync("lab/pictures/pages.mjs", "utf8");
  const taken = [...script.matchAll(/take\("([a-z-]+)"/g)].map(([, name]) => `${name}.png`);
  expect(pictures).toEqual(taken.sort());
});

it.each(pictures)("%s is on a page, with a text for users who cannot see it", (picture) => {
  const [, words = ""] = new RegExp(`!\\[([^\\]]+)\\]\\([a-z/.]*images/${picture}\\)`).exec(pages) ?? [];
  expect(words.length).toBeGreaterThan(20);
});

it.each(pictures)("%s is 1280 to 1600 pixels wide and below 200 KB", (picture) => {
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
