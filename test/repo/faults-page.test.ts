import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("docs/develop/faults.md names a test for each fault, and each of them exists", () => {
  const faults = readFileSync("docs/develop/faults.md", "utf8");
  const rows = faults
    .split("\n")
    .filter((line) => /^\| (?!fault |---)/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split(" | ")
        .map((cell) => cell.trim()),
    );
  expect(rows.length).toBeGreaterThan(50);
  const missing = rows.filter(([, , cell = ""]) => {
    const [, file = "", name = ""] = /^`([\w/.-]+)`: (.+?)\s*$/.exec(cell) ?? [];
    return !existsSync(`test/${file}`) || !readFileSync(`test/${file}`, "utf8").includes(`"${name}"`);
  });
  expect(missing).toEqual([]);
});
