import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const css = readFileSync(join(import.meta.dirname, "../../web/style.css"), "utf8");
const [light = "", dark = ""] = css.split("@media screen and (prefers-color-scheme: dark)");

function colorsOf(block: string): Record<string, string> {
  const root = block.slice(block.indexOf(":root {"), block.indexOf("}", block.indexOf(":root {")));
  return Object.fromEntries(
    [...root.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name = "", value = ""]) => [name, value]),
  );
}

/** WCAG 2: how much lighter one colour is than the other, from 1 to 21. */
function contrast(a = "", b = ""): number {
  const [x = 0, y = 0] = [luminance(a), luminance(b)].sort((one, other) => other - one);
  return (x + 0.05) / (y + 0.05);
}

function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const TEXTS = ["text", "dim", "accent", "error", "denied", "tool", "cost", "context"];
const GROUNDS = ["back", "panel", "band"];
const BARS = ["model-1", "model-2", "model-3", "model-4", "tool", "error", "denied"];

describe.each([
  ["light", colorsOf(light)],
  ["dark", colorsOf(dark)],
])("the page in %s", (_, colors) => {
  it("has readable text on every background", () => {
    for (const text of TEXTS)
      for (const ground of GROUNDS)
        expect([text, ground, contrast(colors[text], colors[ground]) >= 4.5]).toEqual([text, ground, true]);
  });

  it("has readable names on bars", () => {
    for (const bar of BARS)
      expect([bar, contrast(colors["on-bar"], colors[bar]) >= 4.5]).toEqual([bar, true]);
  });

  it("has bars and parts of strips that stand out from the panel", () => {
    for (const bar of [...BARS, "wait", "compaction", "hook"])
      expect([bar, contrast(colors.panel, colors[bar]) >= 3]).toEqual([bar, true]);
  });
});
