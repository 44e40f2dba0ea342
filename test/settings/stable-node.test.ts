import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { stableNode } from "../../src/settings/hooks/stable-node.ts";
import { temporaryFolder } from "../support/run-tool.ts";

function installed(...paths: string[]) {
  const root = temporaryFolder();
  const [first = "", ...links] = paths.map((path) => join(root, path));
  for (const path of [first, ...links]) mkdirSync(dirname(path), { recursive: true });
  writeFileSync(first, "");
  for (const link of links) symlinkSync(first, link);
  return { node: first, links };
}

describe("the Node that hooks run", () => {
  test("is Homebrew's link, not the path of one version", () => {
    const { node, links } = installed("Cellar/node/22.1.0_1/bin/node", "bin/node");
    const path = `/nowhere:${dirname(links[0] ?? "")}`;
    expect(stableNode(node, path, "linux")).toBe(links[0]);
  });

  test("is the program itself if PATH has no stable link to it", () => {
    const { node } = installed(".nvm/versions/node/v22.1.0/bin/node");
    expect(stableNode(node, `${dirname(node)}:/nowhere`, "linux")).toBe(node);
  });

  test("is never another program that comes first in PATH", () => {
    const { node } = installed("Cellar/node/22.1.0/bin/node");
    const other = installed("bin/node");
    expect(stableNode(node, dirname(other.node), "linux")).toBe(node);
  });

  test("does not change if its path has no version, or if PATH has only relative folders", () => {
    const { node } = installed("bin/node");
    expect(stableNode(node, ".", "linux")).toBe(node);
    const brewed = installed("Cellar/node/22.1.0/bin/node");
    expect(stableNode(brewed.node, ".:bin:", "linux")).toBe(brewed.node);
  });
});
